"""The play: scenes in order. A scene takes the stage and has people write, read and answer."""

from mailbot.demo.play import day, later, night

SCENES = (
    day.first_letters,
    day.bob_and_alice,
    day.second_round,
    day.staff_at_work,
    day.afternoon,
    night.overdue,
    night.next_morning,
    later.survey,
)
