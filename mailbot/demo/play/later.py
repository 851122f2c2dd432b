"""Three days on: what nobody did climbs the ladder, customers are asked, and their digit closes or reopens a case."""

from mailbot.demo.clock import LAST_SCENE_AFTER
from mailbot.demo.stage import DidNotHappen, Stage

SURVEY = "complainant/survey"


def survey(stage: Stage) -> None:
    """Alice answers 5, 李明 answers 2."""
    stage.narrator.scene("Three days later: are they satisfied?", "三天后：满意度回访")
    stage.at("16:00", stage.first_day + LAST_SCENE_AFTER)
    stage.gets("alice", SURVEY, "kettle")
    stage.gets("liming", SURVEY, "parcel")
    stage.rests()
    stage.fate_of(stage.answers("alice-rates"), "appended")
    stage.fate_of(stage.answers("liming-rates"), "appended")
    stage.gets("hejun", "staff/follow-up", "parcel")
    for name, status in (("kettle", "closed"), ("parcel", "open")):
        ticket = stage.record.ticket(stage.number(name))
        if ticket is None or ticket.status != status:
            raise DidNotHappen(f"after the survey {name!r} should be {status}; it is {ticket.status if ticket else 'gone'}")
    stage.rests()
