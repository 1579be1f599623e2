"""Characters: fold spellings of one text into one."""
