"""The static site: its pages, its search, its builds."""
