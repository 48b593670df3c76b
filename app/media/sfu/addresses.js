/** Who a client is, as `web` sees it (app/web/proxy.py): the word of trusted proxies counts, and nobody else's. */

import { BlockList, isIP, isIPv4 } from 'node:net';

/** @typedef {Pick<import('node:http').IncomingMessage, 'headers' | 'socket'>} Request */

const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/** @param {string} text @returns {string[]} */
const words = (text) => text.replaceAll(',', ' ').split(/\s+/).filter(Boolean);

/** @param {string} network An address, or one with the bits of its prefix. @returns {[string, number, 'ipv4' | 'ipv6'] | null} */
function parsed(network) {
  const [address = '', bits, ...rest] = network.split('/');
  const longest = isIPv4(address) ? 32 : 128;
  if (!isIP(address) || address.includes('%') || rest.length > 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return null;
  const prefix = Number(bits ?? longest);
  return prefix > longest ? null : [address, prefix, isIPv4(address) ? 'ipv4' : 'ipv6'];
}

/** @param {string} text @returns {boolean} Whether it is addresses and networks. */
export const areNetworks = (text) => words(text).length > 0 && words(text).every((word) => parsed(word));

/** Addresses and networks, and this machine. */
export class Networks {
  #list = new BlockList();

  /** @param {string} text Of `areNetworks`, or empty. */
  constructor(text) {
    for (const word of [...LOOPBACK, ...words(text)]) {
      const network = parsed(word);
      if (network) this.#list.addSubnet(...network);
    }
  }

  /** @param {string} address */
  has(address) {
    return isIP(address) > 0 && this.#list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  }
}

/** @param {string} address @returns {string} Without port, brackets and the prefix of IPv4 in IPv6. */
export function plain(address) {
  const match = /^\[([0-9A-Fa-f:.%]+)\](?::\d+)?$|^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address.trim());
  const bare = match?.[1] ?? match?.[2] ?? address.trim();
  return bare.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/**
 * @param {Request} request
 * @param {Networks} trusted
 * @returns {string} The address of the client: the last that no trusted proxy has.
 */
export function clientOf(request, trusted) {
  const peer = plain(request.socket.remoteAddress ?? '');
  if (!trusted.has(peer)) return peer;
  const said = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',').map(plain).filter(Boolean);
  return said.findLast((address) => !trusted.has(address)) ?? said[0] ?? peer;
}

const THIS_MACHINE = new Networks('');

/** @param {string} address @returns {string} What counts as one: of IPv6 the network of a household (/64); empty: this machine. */
export function household(address) {
  if (THIS_MACHINE.has(address)) return '';
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = head ? head.split(':') : [];
  const after = tail ? tail.split(':') : [];
  const between = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array(between).fill('0'), ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
