"""The offline guide: looks things up in Palaver's pages and in the conversation; it contains no language model."""
