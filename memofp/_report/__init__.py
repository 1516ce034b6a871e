"""Write a cache directory as one HTML page that needs nothing else.

_gather    what the store knows, as plain data
_times     moments to bars of a chart
_page      the data, `report.css` and `report.js` to one page
"""

from __future__ import annotations

from memofp._report._gather import gather
from memofp._report._page import page

__all__ = ["gather", "page"]
