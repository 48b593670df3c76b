"""How numbers, dates, money and abbreviations are said, one module a language."""
