"""From what was typed to what is shown: ask the engine, loosen, highlight, suggest."""
