from dataclasses import replace
from xml.etree import ElementTree

from tests.evaluate.report.material import results, utterance
from visavis.evaluate.report.junit import junit


def suites() -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(junit(results()).encode())
    assert root.tag == "testsuites"
    return {suite.attrib["name"]: suite for suite in root}


def test_every_threshold_is_a_suite_and_its_sums_are_right() -> None:
    root = ElementTree.fromstring(junit(results()).encode())
    assert len(root) == 6
    for key, tag in (("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")):
        assert int(root.attrib[key]) == len(list(root.iter(tag)))
        assert sum(int(suite.attrib[key]) for suite in root) == int(root.attrib[key])
        for suite in root:
            assert int(suite.attrib[key]) == len(list(suite.iter(tag)))
    for case in root.iter("testcase"):
        assert case.attrib["classname"].startswith("visavis.evaluate.")
        assert case.attrib["name"]


def test_a_case_for_each_scenario_with_what_is_wrong() -> None:
    lag = suites()["Lag of the lips: within 45 ms of 0"]
    failed = {
        case.attrib["name"]: failure.attrib["message"]
        for case in lag
        if (failure := case.find("failure")) is not None
    }
    assert set(failed) == {"en-5", "en-6", "fa-7"}
    assert failed["en-6"] == "Lag of the lips: 60\u00a0ms in en-6, and within 45 ms of 0 is wanted"
    assert len(lag) == 7


def test_what_was_not_measured_is_skipped_with_why() -> None:
    asr = suites()["Words wrong: at most 20 %"]
    skipped = [case.find("skipped") for case in asr]
    assert sum(one is not None for one in skipped) == 4
    assert {one.attrib["message"] for one in skipped if one is not None} == {
        "there is no recogniser; pip install it"
    }


def test_a_median_is_one_case_and_scenarios_that_failed_are_failures() -> None:
    found = suites()
    (median,) = found["End of speech to first sound: at most 900 ms"]
    assert median.attrib["name"] == "the median"
    broken = found["scenarios are performed"].find("testcase[@name='broken']/failure")
    assert broken is not None
    assert broken.text == "broken was not performed: the voice died"


def test_what_is_not_complete_fails() -> None:
    root = ElementTree.fromstring(junit(replace(results(utterance(1)), complete=False)).encode())
    suite = root[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("2", "1")
    failure = suite.find("testcase[@name='all']/failure")
    assert failure is not None
    assert failure.text == "the evaluation is not complete"


def test_without_a_judgement_there_are_the_scenarios() -> None:
    root = ElementTree.fromstring(junit(replace(results(), judgement={})).encode())
    assert [suite.attrib["name"] for suite in root] == ["scenarios are performed"]
