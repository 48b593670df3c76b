"""Drafts by a large language model for pairs that nothing else serves. The text is data, the reply is suspect."""
