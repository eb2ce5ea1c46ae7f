"""Texts that people send to see what happens, and an import that asks every kind of question."""

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
"""One sign to the eye, seven characters, eleven UTF-16 units."""

TEXTS = {
    "markup": '<b>vet</b> & <a href="https://evil.example">klik</a> &amp; </i> <script>',
    "short markup": "<b>Noor</b> & <i>co",
    "markdown": "*_`[klik](https://evil.example)`_* ||weg|| ~x~ \\",
    "fields": "{name} {0} {title!r} %s %(name)s ${name}",
    "override": "\u202eexe.gnp\u202d \u202bx",
    "isolates": "\u2069\u2069 uit \u2067\u2066 in",
    "arabic": "\u0645\u0631\u062d\u0628\u0627 \u200fNoor\u200f",
    "zero width": "\u200b\u200d\ufeff\u2060",
    "marks": "Z" + "\u0338\u0321\u035d" * 20 + "oe",
    "formula =": "=HYPERLINK(\"https://evil.example\",\"klik\")",
    "formula +": "+31612345678+cmd|' /C calc'!A0",
    "formula -": "-2+3 en dan",
    "formula @": "@SUM(A1:A9)",
    "tab": "a\tb\r=c",
    "NUL": "No\0or",
    "only NUL": "\0\0",
    "controls": "\x01\x07\x1b[31mrood\x7f\x85\u2028x\u2029y",
    "lines": "regel\n" * 600,
    "query": "'; DROP TABLE people; --",
    "half": "half \ud83d",
    "long": "a" * 4096,
    "long markup": "<" * 4095 + "a",
    "families": FAMILY * 372,
}  # fmt: skip

EVERY_KIND = """
[[survey]]
key = "kinds"
title.nl = "Soorten"
intro.nl = "Van alles een."
thanks.nl = "Dank je wel!"
[[survey.question]]
key = "few"
kind = "several"
other = true
text.nl = "Which few?"
options.one.nl = "First"
[[survey.question]]
key = "open"
kind = "open"
text.nl = "What?"
[[survey.question]]
key = "number"
kind = "number"
text.nl = "How many?"
[[survey.question]]
key = "date"
kind = "date"
text.nl = "Which day?"
[[survey.question]]
key = "place"
kind = "place"
text.nl = "Where?"
"""
