"""Where the desk's pages are, inside an admin site that lets only signed-in people in."""

from collections.abc import Callable

from django.contrib.admin import AdminSite
from django.http import HttpResponse
from django.urls import URLPattern, path, re_path

from escalations.desk import pages, parts, verbs

# A number that a bigint column holds.
NUMBER = r"ESC-(?P<number>[1-9][0-9]{0,17})"


def patterns(site: AdminSite) -> list[URLPattern]:
    def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return site.admin_view(view)

    def verb(name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        return re_path(rf"^desk/e/{NUMBER}/{name}/$", page(view), name=f"desk_{name}")

    return [
        path("desk/queue/", page(pages.live_queue), name="desk_queue"),
        path("desk/queue/rows/", page(pages.some_rows), name="desk_rows"),
        re_path(rf"^desk/e/{NUMBER}/$", page(pages.escalation), name="desk_escalation"),
        re_path(rf"^desk/e/{NUMBER}/context\.json$", page(parts.raw), name="desk_context"),
        re_path(rf"^desk/e/{NUMBER}/context/$", page(parts.part), name="desk_part"),
        verb("claim", verbs.claim),
        verb("release", verbs.release),
        verb("decline", verbs.decline),
        verb("resolve", verbs.resolve),
        verb("reassign", verbs.hand_over),
    ]
