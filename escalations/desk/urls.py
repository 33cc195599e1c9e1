"""Where the desk's pages are, inside an admin site that lets only signed-in people in."""

from collections.abc import Callable

from django.contrib.admin import AdminSite
from django.http import HttpResponse
from django.urls import URLPattern, path, re_path

from escalations.desk import (
    alike,
    availability,
    bulk,
    keeping,
    mine,
    next_up,
    oncall,
    pages,
    parts,
    preferences,
    prioritising,
    saved_views,
    snoozing,
    swaps,
    team,
    undo,
    verbs,
    who,
    workbench,
)
from escalations.desk.answering import views as answering

# A number that a bigint column holds.
NUMBER = r"ESC-(?P<number>[1-9][0-9]{0,17})"
Page = Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]


def patterns(site: AdminSite) -> list[URLPattern]:
    return [*_of_escalations(site.admin_view), *_of_people(site.admin_view)]


def _of_escalations(page: Page) -> list[URLPattern]:
    def verb(name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        return re_path(rf"^desk/e/{NUMBER}/{name}/$", page(view), name=f"desk_{name}")

    return [
        path("desk/queue/", page(pages.live_queue), name="desk_queue"),
        path("desk/queue/rows/", page(pages.some_rows), name="desk_rows"),
        path("desk/mine/", page(mine.page), name="desk_mine"),
        path("desk/preferences/", page(preferences.page), name="desk_preferences"),
        path("desk/next/", page(next_up.take), name="desk_next"),
        path("desk/bulk/", page(bulk.bulk), name="desk_bulk"),
        path("desk/undo/", page(undo.undo), name="desk_undo"),
        path("desk/views/", page(saved_views.save), name="desk_views"),
        path("desk/views/<int:pk>/", page(saved_views.change), name="desk_view"),
        re_path(rf"^desk/e/{NUMBER}/$", page(workbench.page), name="desk_escalation"),
        re_path(rf"^desk/e/{NUMBER}/similar/$", page(alike.page), name="desk_similar"),
        re_path(rf"^desk/e/{NUMBER}/context\.json$", page(parts.raw), name="desk_context"),
        re_path(rf"^desk/e/{NUMBER}/context/$", page(parts.part), name="desk_part"),
        verb("snooze", snoozing.snooze),
        verb("wake", snoozing.wake),
        verb("claim", verbs.claim),
        verb("keep", keeping.keep),
        verb("release", verbs.release),
        verb("decline", verbs.decline),
        verb("resolve", answering.resolve),
        verb("correct", answering.correct),
        verb("draft", answering.draft),
        re_path(rf"^desk/e/{NUMBER}/template/(?P<pk>[0-9]{{1,18}})/$", page(answering.template), name="desk_template"),
        verb("reassign", verbs.hand_over),
        verb("priority", prioritising.prioritise),
        verb("ask", verbs.ask),
        verb("reason", verbs.correct_reason),
    ]


def _of_people(page: Page) -> list[URLPattern]:
    return [
        path("desk/hours/", page(availability.page), name="desk_hours"),
        path("desk/hours/away/", page(availability.go_away), name="desk_away"),
        path("desk/hours/back/", page(availability.come_back), name="desk_back"),
        path("desk/hours/week/", page(availability.keep_hours), name="desk_week"),
        path("desk/hours/off/", page(availability.take_off), name="desk_off"),
        path("desk/hours/off/<int:pk>/", page(availability.drop_off), name="desk_drop_off"),
        path("desk/team/", page(team.page), name="desk_team"),
        path("desk/team/<uuid:pk>/", page(team.member), name="desk_member"),
        path("desk/team/<uuid:pk>/away/", page(team.set_away), name="desk_member_away"),
        path("desk/team/<uuid:pk>/back/", page(team.set_back), name="desk_member_back"),
        path("desk/team/pools/<int:pk>/", page(who.page), name="desk_who"),
        path("desk/oncall/", page(oncall.page), name="desk_oncall"),
        path("desk/oncall/feed/", page(oncall.new_feed), name="desk_own_feed"),
        path("desk/oncall/<int:pk>/take-over/", page(oncall.take_over), name="desk_take_over"),
        path("desk/oncall/<int:pk>/hand-back/", page(oncall.hand_back), name="desk_hand_back"),
        path("desk/oncall/<int:pk>/note/", page(oncall.keep_note), name="desk_handover_note"),
        path("desk/oncall/<int:pk>/swap/", page(swaps.page), name="desk_swap"),
        path("desk/oncall/swaps/<int:pk>/<slug:verb>/", page(swaps.answer), name="desk_swap_answer"),
        path("desk/oncall/<int:pk>/feed/", page(oncall.new_feed), name="desk_feed"),
    ]
