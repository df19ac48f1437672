"""Which page may hold a frame of ours, and which may be in one."""

from collections.abc import Callable
from typing import ParamSpec, cast

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace, csp_update
from django.http import HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin

P = ParamSpec("P")
View = Callable[P, HttpResponse]


def holds_frames(view: View[P]) -> View[P]:
    """Let a page hold frames of ours."""
    return _typed(csp_update({"frame-src": [SELF]}), view)


def in_frames(view: View[P]) -> View[P]:
    """Let our pages hold a page."""
    return _framed(view, {})


def in_frames_with_styles(view: View[P]) -> View[P]:
    """Let our pages hold a page, and let it write styles, as mermaid does."""
    return _framed(view, {"style-src": [SELF, UNSAFE_INLINE]})


def _framed(view: View[P], more: dict[str, list[str]]) -> View[P]:
    held = csp_replace({"frame-ancestors": [SELF], **more})
    return _typed(held, _typed(xframe_options_sameorigin, view))


def _typed(decorator: object, view: View[P]) -> View[P]:
    """Apply a decorator whose types know only views without arguments of their own."""
    return cast("Callable[[View[P]], View[P]]", decorator)(view)
