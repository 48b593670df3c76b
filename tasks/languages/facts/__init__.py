"""What drafts must not change, by language."""
