"""Wiki text as HTML of the site: rendering, what macros include, tidying to the HTML standard."""
