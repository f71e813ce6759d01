"""Words of computing that know no word of conversations."""
