#!/usr/bin/env bash
# Builds mediasoup-worker from the sources inside its npm package, against Debian's libraries, for machines that cannot
# download the prebuilt binary. Usage: build.sh MEDIASOUP_PACKAGE_DIR OUT_FILE   (about two minutes on two cores)
#
# The sources are those that npm has checked against the lock file. They normally fetch seven libraries as meson wraps;
# here each wrap gives way to a stub (stubs/) that names the Debian library. Needs the packages of ops/setup.py's
# WORKER_BUILD list, and meson and ninja on the PATH.
set -euo pipefail
PACKAGE="$(cd "$1" && pwd)"
OUT="$2"
HERE="$(cd "$(dirname "$0")" && pwd)"
WORK="$(mktemp -d)"
trap 'rm -rf "$WORK"' EXIT

cp -r "$PACKAGE" "$WORK/src"
rm -rf "$WORK/src/worker/subprojects"
cp -r "$HERE/stubs" "$WORK/src/worker/subprojects"

# Debian's OpenSSL has kTLS: libssl asks the BIO for BIO_CTRL_GET_KTLS_SEND, and the worker's BIO callback answers 1 to
# every control, so libssl allocates no write buffer and the worker dies with SIGSEGV on its first DTLS ServerHello.
# Hand back the BIO's own answer, as OpenSSL asks callbacks to.
DTLS="$WORK/src/worker/src/RTC/DtlsTransport.cpp"
sed -i 's/(operationType == BIO_CB_RETURN)/((operationType \& BIO_CB_RETURN) != 0)/' "$DTLS"
grep -q '(operationType & BIO_CB_RETURN) != 0' "$DTLS"

# Headers that nearly every source includes, parsed once: half of the processor time.
cp "$HERE/precompiled.hpp" "$WORK/src/worker/include"
sed -i "/^executable(\$/{n;s/^  'mediasoup-worker',\$/&\n  cpp_pch: 'include\/precompiled.hpp',/}" "$WORK/src/worker/meson.build"
grep -q cpp_pch "$WORK/src/worker/meson.build"

cd "$WORK/src/worker"
meson setup "$WORK/build" --buildtype release -Doptimization=2 -Db_ndebug=true \
  --wrap-mode=nodownload -Dcpp_args='-Wno-deprecated-declarations'
ninja -C "$WORK/build" -j "$(nproc)" mediasoup-worker
mkdir -p "$(dirname "$OUT")"
install -m 755 -s "$WORK/build/mediasoup-worker" "$OUT.part"
mv "$OUT.part" "$OUT"
