"""The quality gates: what a line has to keep before it is a requirement, each failure explained in the line.

clear       no weasel words, no vague quantity, time or degree, no open list
testable    a measure where a quality is asked for; an acceptance line is a test
minimal     one need a line, nothing that no one needs yet, nothing said twice
consistent  no two lines contradict each other
form        EARS where it is behaviour, role, want and benefit where it is a story
"""

from .check import check_document, check_line, check_lines
from .lexicon import GATES, Lexicon, read_lexicon, standard

__all__ = ["GATES", "Lexicon", "check_document", "check_line", "check_lines", "read_lexicon", "standard"]
