"""The browser's index: postings in shards by key, texts by case, read as scripts.

documents: what a case is to the search · keys: what a text is found by, as codes · postings: keys
of many documents · codec: postings as text · shards: the files · full: a whole index · patch: a
changed one · layout: paths and sizes.
"""
