"""``plan``: three weeks of preparation, day by day."""

from __future__ import annotations

import shlex
import sys
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from voiceprep import resources
from voiceprep.cli import assemble, options
from voiceprep.cli.render import Page, plain
from voiceprep.cli.screen import Screen, page_for
from voiceprep.engines.clock import SystemClock
from voiceprep.engines.home import home, load_settings, save_settings
from voiceprep.errors import UsageError
from voiceprep.model import Level, RunKind

if TYPE_CHECKING:
    from voiceprep.model import Bank
    from voiceprep.plan import Curriculum, History, Plan, PlanDay, Planned, Step, Who
    from voiceprep.ports import Journal

PACK = "computer-vision"
"""Whose plan it is."""


def plan(
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The first day (2026-11-25); remembered."),
    ] = None,
    role: options.OfRole = None,
    level: Annotated[
        options.AnyLevel | None,
        typer.Option(help="At which level (any: mid); remembered."),
    ] = None,
) -> None:
    """Show three weeks of preparation: what to do today, on every other day, and what is done.

    It follows level and role and what your answers showed: topics that went badly come first and come
    again, missed days are spread over the days that are left. Answers tick a step by themselves.
    """
    from voiceprep import bank as banks
    from voiceprep import plan as plans
    from voiceprep import schedule

    page = page_for(sys.stdout)
    bank = assemble.load_bank()
    curriculum = load_curriculum(bank)
    before = load_settings(home())
    settings = replace(
        before,
        plan_start=before.plan_start if start is None else start.date(),
        role=before.role if role is None else role,
        level=before.level if level is None else level.value,
    )
    today = SystemClock().now().astimezone().date()
    first = settings.plan_start or today
    who = plans.Who(
        banks.find_role(bank, settings.role or schedule.ANY_ROLE), assemble.level_of(settings) or Level.MID
    )
    with ExitStack() as stack:
        history = past(assemble.open_journal(Screen(), stack))
    try:
        found = plans.fitted(curriculum, bank.questions, who, history, (first, today))
    except OverflowError as exc:
        raise UsageError(f"{first} is no day to begin on: choose another with --start") from exc
    if settings != before:
        save_settings(home(), settings)
    typer.echo("\n".join(plan_lines(found, who_line(who), today, page)))
    if settings.plan_start is None:
        typer.echo(
            f"\nThis is how it would begin today. Begin with: voiceprep plan --start {today}", err=True
        )


def load_curriculum(bank: Bank) -> Curriculum:
    """The plan's content. Raises ContentError."""
    from voiceprep import plan as plans

    file = resources.folder("content") / PACK / "plan.toml"
    return plans.parse(file.read_text(encoding="utf-8"), str(file), bank.questions)


def past(journal: Journal) -> History:
    """What the journal holds, by days of the user's own calendar, oldest first."""
    from voiceprep import mock
    from voiceprep import plan as plans

    return plans.History(
        tuple(
            plans.Past(review.question, review.started.astimezone().date(), review.verdict)
            for review in reversed(journal.reviews())
            if review.verdict is not None
        ),
        tuple(
            plans.PastMock(None if mock.is_loop(run) else run.round, run.ended.astimezone().date())
            for run in reversed(journal.runs())
            if run.kind is RunKind.MOCK and run.ended is not None and run.attempts
        ),
    )


def who_line(who: Who) -> str:
    """For whom the plan is."""
    return f"{who.level}, {who.role.id} role"


def plan_lines(found: Plan, who: str, today: date, page: Page) -> list[str]:
    """The plan as text: today first, then every day."""
    first, last = found.days[0].on, found.days[-1].on
    lines = [page.bold(f"Three weeks from {_day_name(first)} to {_day_name(last)} ({who})")]
    if found.weak:
        lines += page.paragraph(f"Weak so far: {', '.join(found.weak)}; they come first.")
    if today < first:
        n = (first - today).days
        lines += ["", f"It begins in {n} day{'s' if n != 1 else ''}."]
    elif today > last:
        lines += ["", f"It is over. Begin another with: voiceprep plan --start {today}"]
    week = ""
    for number, day in enumerate(found.days, 1):
        if day.week != week:
            week = day.week
            lines += ["", page.bold(plain(f"Week {(number + 6) // 7}: {week}"))]
        lines += _day_lines(day, number, today, page)
    if found.left:
        lines += ["", page.bold("Missed, and no day is left for it")]
        lines += [line for step in found.left for line in _step_lines(step, "", page)]
    return lines


def _day_lines(day: PlanDay, number: int, today: date, page: Page) -> list[str]:
    head = f"Day {number}, {_day_name(day.on)}: {day.title}"
    if day.on == today:
        head = f"{head} (today)"
    lines = page.paragraph(head, "  ", "    ")
    if day.on == today:
        lines = [page.bold(line) for line in lines]
    for step in day.steps:
        lines += _step_lines(step, "", page)
    for step in day.carried:
        lines += _step_lines(step, f"from {_day_name(step.on)}", page)
    for reminder in day.reminders:
        lines += page.paragraph(reminder, "      - ", "        ")
    return lines


def _step_lines(planned: Planned, note: str, page: Page) -> list[str]:
    done = f"{planned.n_done} of {planned.n_wanted} done" if 0 < planned.n_done < planned.n_wanted else ""
    notes = ", ".join(part for part in (done, note) if part)
    mark = "[x]" if planned.is_done else "[ ]"
    text = command(planned.step) + (f"  ({notes})" if notes else "")
    line = plain(f"    {mark} {text}")  # whole, so that it can be copied
    return [page.dim(line) if planned.is_done else line]


def command(step: Step) -> str:
    """What to run for a step."""
    from voiceprep.plan import Do

    if step.do is Do.LOOP:
        return "voiceprep mock --loop"
    if step.do is Do.MOCK:
        return f"voiceprep mock --round {step.round}"
    chosen = f" --topic {shlex.quote(step.topic)}" if step.topic else ""
    if step.do is Do.STORIES:
        chosen = " --kind behavioral"
    elif step.do is Do.RAPID:
        chosen = " --rapid"
    return f"voiceprep drill{chosen} --questions {step.questions}"


def _day_name(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
