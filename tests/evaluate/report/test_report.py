"""The whole page: what is in it, and what must never be."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.evaluate.report.material import BROKEN, CROWD, EVIL, TALK, folder, results, utterance
from visavis.errors import InputError, OutputError
from visavis.evaluate import report
from visavis.evaluate.report import clips, html, write
from visavis.evaluate.report.clips import Clip
from visavis.evaluate.report.scenes import Scene
from visavis.evaluate.results import FILE


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a report of everything."""
    place = folder(tmp_path_factory.mktemp("rich"), results())
    write(place)
    return place


def shown(place: Path) -> str:
    return (place / "report.html").read_text("utf-8")


def tree(page: str) -> ElementTree.Element:
    """The page as XML, without its style and script."""
    bare = re.sub(r"<(style|script)>.*?</\1>", "", page.removeprefix("<!DOCTYPE html>"), flags=re.DOTALL)
    return ElementTree.fromstring(bare)


def texts(page: str) -> str:
    return " ".join(" ".join(tree(page).itertext()).split())


def of(*scenarios: Any) -> str:
    """The page of some scenarios, without clips."""
    made = results(*scenarios)
    return html.page(made, [Scene(one, Clip(), f"scenario-{n}") for n, one in enumerate(made.scenarios, 1)])


def test_the_page_is_well_formed_and_its_places_are_there(rich: Path) -> None:
    page = shown(rich)
    root = tree(page)
    HTMLParser().feed(page)
    ids = [one.attrib["id"] for one in root.iter() if "id" in one.attrib]
    assert len(ids) == len(set(ids))
    links = [one.attrib["href"] for one in root.iter("a")]
    assert {link[1:] for link in links} <= set(ids)
    assert all(link.startswith("#") for link in links)
    labels = {word for one in root.iter() for word in one.attrib.get("aria-labelledby", "").split()}
    assert labels <= set(ids)


def test_nothing_is_fetched_from_anywhere(rich: Path) -> None:
    page = shown(rich)
    for address in re.findall(r'\b(?:src|href|poster|action)="([^"]*)"', page):
        assert address.startswith(("#", "data:video/mp4;base64,", "data:image/webp;base64,")), address[:80]
    assert not re.findall(r"https?://|@import|url\(", page)


def test_the_policy_allows_what_is_in_the_page_and_nothing_else(rich: Path) -> None:
    page = shown(rich)
    policy = tree(page).findall(".//meta[@http-equiv]")[0].attrib["content"]
    assert policy.startswith("default-src 'none'; ")
    for name in ("style", "script"):
        (content,) = re.findall(rf"<{name}>(.*?)</{name}>", page, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    for one in tree(page).iter():
        assert not [key for key in one.attrib if key == "style" or key.startswith("on")]


def test_the_same_results_give_the_same_bytes(rich: Path) -> None:
    before = {name: (rich / name).read_bytes() for name in ("report.html", "junit.xml")}
    write(rich)
    assert before == {name: (rich / name).read_bytes() for name in before}
    assert str(rich) not in shown(rich)


def test_what_is_bad_stands_at_the_top(rich: Path) -> None:
    page = texts(shown(rich))
    top = page[: page.index("Verdicts Figures")]
    assert "thresholds are not met; the worst: broken was not performed: the voice died." in top
    for fact in (
        "tts espeak",
        "commit 0123456789ab",
        "2025-01-01 10:00:00 UTC",
        "2 processors",
        "8 GiB",
        "7",
    ):
        assert fact in top
    states = re.findall(r'<td><span class="state [a-z-]+">. ([a-z ]+)</span></td>', shown(rich))
    assert states == sorted(states, key=["fail", "not measured", "pass"].index)
    assert {"fail", "pass"} <= set(states)


def test_changes_are_told_by_direction(rich: Path) -> None:
    page = texts(shown(rich))
    assert "The previous results are of 2024-12-31 10:00:00 UTC, version 0.1" in page
    rows = {row.findtext("th/details/summary", "").strip(): row for row in tree(shown(rich)).iter("tr")}
    assert "▲ better" in " ".join(rows["Work for a second of video"].itertext())
    assert "▼ 7 worse" in " ".join(rows["Lips follow what is heard"].itertext())
    assert "en-1 : −0.159 ▼ worse" in " ".join(" ".join(rows["Lips follow what is heard"].itertext()).split())


def test_metrics_tell_what_they_are_and_cannot_tell(rich: Path) -> None:
    details = tree(shown(rich)).find(".//details[@class='meaning']/dl")
    assert details is not None
    told = ["".join(one.itertext()) for one in details]
    assert told[4:8] == ["Comes from", "A paper.", "Cannot tell", "Nothing."]


def test_a_scenario_has_its_player_and_score(rich: Path) -> None:
    first = tree(shown(rich)).find(".//article[@id='scenario-1']")
    assert first is not None
    video = first.find(".//video")
    assert video is not None
    assert video.attrib["src"].startswith("data:video/mp4;base64,")
    lanes = [
        str(one.attrib["class"]).split()[1]
        for one in first.iter("div")
        if "lane " in one.attrib.get("class", "")
    ]
    assert lanes == ["film", "talk", "spelled", "curves", "curves", "sound", "time"]
    names = [one.attrib["aria-label"] for one in first.iter("svg")]
    assert {"Curves: gap, expected, loudness", "Work by stage", "Waveform", "Phones"} <= set(names)
    assert "Pieces as they came, and as they are played" in names
    assert len(first.findall(".//fieldset[@class='picks']//input")) == 2
    assert "1 figure could not be told There is no recogniser; pip install it" not in texts(shown(rich))
    assert "Words wrong : There is no recogniser; pip install it." in " ".join(
        " ".join(first.itertext()).split()
    )


def test_a_conversation_shows_who_spoke_and_what_was_expected() -> None:
    page = of(TALK)
    assert "3 turns; 4 of 5 expectations met" in texts(page)
    root = tree(page)
    lanes = [one for one in root.iter("svg") if one.get("aria-label") in ("Visitor", "Avatar", "Until heard")]
    kinds = {rect.attrib["class"] for lane in lanes for rect in lane.iter("rect")}
    assert kinds == {"voice", "noise", "answer", "cut", "wait"}
    told = [
        (item.attrib.get("class"), "".join(item.itertext()))
        for item in root.findall(".//table[@class='turns']//li")
    ]
    assert told == [
        ("good", "✓ answers /\\bVis\\b/"),
        ("good", "✓ is not answered"),
        ("good", "✓ does not interrupt"),
        ("good", "✓ interrupts"),
        ("bad", "✕ answers /well/"),
        ("", "mood: calm"),
    ]
    assert "600 ms after the interruption" in texts(page)


def test_a_crowd_has_a_column_for_each_visitor() -> None:
    page = of(CROWD)
    assert "3 visitors for 15.00 s, 2 let in, the server used 1.40 processors, and 700 MiB." in texts(page)
    assert "Not let in: 3: there is no room." in texts(page)
    charts = {one.get("aria-label"): one for one in tree(page).iter("svg")}
    assert len(charts["Pictures (1/s), by visitor"].findall("rect")) == 2


def test_persian_is_written_from_the_right(rich: Path) -> None:
    said = tree(shown(rich)).find(".//article[@id='scenario-7']/blockquote")
    assert said is not None
    assert said.attrib == {"class": "said", "lang": "fa", "dir": "auto"}


def test_what_is_missing_is_told(rich: Path) -> None:
    page = texts(shown(rich))
    assert "There is no player: cannot read gone.mp4: no such file or directory; make it anew." in page
    assert "It was not performed: the voice died." in page


@pytest.mark.parametrize("name", ["../a.mp4", "/etc/passwd", "", "sub/a.mp4"])
def test_a_clip_lies_beside_the_results_or_is_none(tmp_path: Path, name: str) -> None:
    place = folder(tmp_path, results(utterance(1, clip="a.mp4")))
    content = json.loads((place / FILE).read_text("utf-8"))
    content["scenarios"][0]["facts"]["clip"] = name
    (place / FILE).write_text(json.dumps(content), "utf-8")
    write(place)
    assert "There is no player: there is no clip of it." in texts(shown(place))


def test_no_text_gets_out_of_its_place(tmp_path: Path) -> None:
    place = folder(tmp_path, results(TALK, utterance(1)))
    content = json.loads((place / FILE).read_text("utf-8"))

    def spoiled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: spoiled(found) for key, found in value.items()}
        if isinstance(value, list):
            return [spoiled(found) for found in value]
        return value + EVIL if isinstance(value, str) and value not in KEPT else value

    content["scenarios"] = [
        {**spoiled(one), "readings": one["readings"], "kind": one["kind"], "tags": [EVIL]}
        for one in content["scenarios"]
    ]
    content["configuration"] = {EVIL: {EVIL: EVIL}}
    content["judgement"]["summary"] = EVIL
    content["metrics"] = {
        name: {**one, "title": EVIL, "unit": EVIL, "source": EVIL} for name, one in content["metrics"].items()
    }
    (place / FILE).write_text(json.dumps(content), "utf-8")
    write(place)
    page = shown(place)
    assert page.count("<script>") == page.count("</script>") == 1
    assert "alert(1)" in texts(page)
    ElementTree.parse(place / "junit.xml")


KEPT = {"a.mp4", "voice", "en"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "no such file"),
        ("{", "holds no results"),
        ('{"schema": 2}', "no results that this version reads"),
    ],
)
def test_a_folder_without_results_is_told(tmp_path: Path, content: str | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / FILE).write_text(content)
    with pytest.raises(InputError, match=sentence):
        write(tmp_path)
    assert not list(tmp_path.glob("report*"))


def test_a_page_that_cannot_be_written_leaves_nothing_half(tmp_path: Path) -> None:
    place = folder(tmp_path, results(BROKEN))
    (place / "report.html").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        write(place)
    assert not list(place.glob(".*"))


def test_the_page_becomes_small_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = folder(tmp_path, results(utterance(1), utterance(2), utterance(3)))
    big = {one.side: b"0" * 900 * one.side for one in clips.FINENESSES}

    def clip(video: Path, most: float, row: float, wanted: clips.Fineness) -> Clip:
        return Clip(2.0, 2.0, player=big[wanted.side], size=(64, 64))

    monkeypatch.setattr(clips, "clip", clip)
    write(place)
    whole = (place / "report.html").stat().st_size
    monkeypatch.setattr(report, "LARGEST", whole - 1)
    monkeypatch.setattr(report, "BESIDE", (0, 0))
    write(place)
    smaller = (place / "report.html").stat().st_size
    assert smaller < whole
    assert shown(place).count("data:video") == 3
    coarsest = whole - 3 * (len(big[256]) - len(big[128])) * 4 // 3
    room = coarsest - len(big[128]) * 4 // 3 - 1000
    monkeypatch.setattr(report, "LARGEST", room)
    write(place)
    assert room - len(big[128]) * 4 // 3 < (place / "report.html").stat().st_size <= room
    assert shown(place).count("data:video") == 2
    told = "Left out, from the last scenario on: player of 1 scenario, curves of 1 scenario. The clips"
    assert told in texts(shown(place))


def test_of_a_page_without_room_figures_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = folder(tmp_path, results(utterance(1), TALK))
    monkeypatch.setattr(report, "LARGEST", 1)
    write(place)
    page = texts(shown(place))
    assert "text and course of 2 scenarios. The clips lie beside it" in page
    assert "Maybe we should." not in page
    assert tree(shown(place)).findall(".//ul[@class='readings']/li")


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[float, float | None]] = []
    write(folder(tmp_path, results(utterance(1), BROKEN)), lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2)]


def test_what_was_stopped_says_so() -> None:
    made = replace(results(utterance(1)), complete=False, judgement={})
    page = texts(html.page(made, [Scene(made.scenarios[0], Clip(), "scenario-1")]))
    assert "It was stopped before anything was judged" in page
    assert "Nothing was judged" in page


def test_only_what_was_measured_and_is_whole_looks_good() -> None:
    good = replace(results(utterance(1)), judgement={"summary": "", "verdicts": [verdict("pass")]})
    none = replace(good, judgement={"summary": "", "verdicts": [verdict("not measured")]})
    part = replace(good, complete=False)
    bad = replace(good, judgement={"summary": "", "verdicts": [verdict("pass"), verdict("fail")]})
    states = [re.findall(r'"summary ([a-z-]+)"', html.page(made, [])) for made in (good, none, part, bad)]
    assert states == [["pass"], ["not-measured"], ["not-measured"], ["fail"]]


def verdict(state: str) -> dict[str, Any]:
    found = dict(results(utterance(1)).judgement["verdicts"][0])
    return found | {"state": state}


def test_other_engines_than_before_are_told() -> None:
    made = results(utterance(1))
    previous = {**made.judgement["previous"], "same_subject": False}
    other = replace(made, judgement={**made.judgement, "previous": previous})
    sentence = "Other engines, another voice or another face"
    assert sentence in texts(html.page(other, []))
    assert sentence not in texts(html.page(made, []))


def test_bounds_around_a_target_are_drawn_and_those_of_some_scenarios_are_not() -> None:
    made = results(*(utterance(n) for n in range(1, 7)))
    page = html.page(made, [])
    charts = {one.get("aria-label"): one for one in tree(page).iter("svg") if one.find("rect") is not None}
    bounds = [line.attrib["x1"] for line in charts["Lag of the lips"].findall("line[@class='bound']")]
    assert bounds == ["220.8"]
    assert not charts["Lips follow what is heard"].findall("line[@class='bound']")


def test_whatever_scrolls_is_reached_by_keys_and_has_a_name(rich: Path) -> None:
    wide = [one for one in tree(shown(rich)).iter("div") if one.get("class") == "wide"]
    assert all((one.get("tabindex"), one.get("role")) == ("0", "region") for one in wide)
    names = [one.get("aria-label", "") for one in wide]
    assert {"Verdicts", "Figures", "Where: Utterances", "Turns of Somebody breaks in"} <= set(names)
    assert len(names) == len(set(names))


def test_paper_has_what_is_folded_away_on_a_screen(rich: Path) -> None:
    unfolding = tree(shown(rich)).findall(".//details[@class='unfolds']")
    said = [" ".join(" ".join(one.itertext()).split()) for one in unfolding]
    assert any("7 worse" in one and "en-1" in one for one in said)
    assert any("could not be told" in one for one in said)


def test_a_long_text_is_folded() -> None:
    page = of(utterance(1, text="word " * 5000))
    assert "the whole text, 25 000 letters" in texts(page)
    assert "(13 000 letters more)" in texts(page)
