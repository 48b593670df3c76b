"""What people read, in the language they read: one gettext catalogue for pages, scripts, forms and errors.

The English text in the source is the key; `catalogues/` holds the translations (docs/translating.md).
"""

from app.i18n.catalogue import INTERFACE, N_, gettext, locale, ngettext, use

__all__ = ["INTERFACE", "N_", "gettext", "locale", "ngettext", "use"]
