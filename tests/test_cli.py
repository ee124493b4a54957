"""The command line as users meet it: what it prints, what it leaves, what it exits with.

Engines are fakes that come in as a stranger's package; the portrait is real, and so are text and file.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import av
import pytest
from PIL import Image

from tests.test_sound import write as write_sound
from visavis.cli import main
from visavis.commands.process import process_age
from visavis.commands.say import named_after

ROOT = Path(__file__).parents[1]
SCRIPTED = ("--tts", "scripted", "--face", "scripted")
# The scripted face takes too little room in a file for a test to see the file grow.
MOVING = ("--tts", "scripted", "--face", "warp", "--size", "256")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, no settings of anybody's, and the fake engines installed."""
    folder, strangers = tmp_path / "here", tmp_path / "strangers"
    folder.mkdir()
    info = strangers / "strange-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[visavis.face]\nscripted = tests.fakes.face:ScriptedFace\n"
        "broken = tests.fakes.face:NoSuchFace\n"
        "[visavis.tts]\nscripted = tests.fakes.tts:ScriptedTts\n"
    )
    monkeypatch.syspath_prepend(str(strangers))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(strangers), str(ROOT)]))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("DATA_FOLDER", str(tmp_path / "data"))
    for name in ("LOG_LEVEL", "AVATAR_BACKEND", "DEFAULT_REFERENCE_IMAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def faces(photo: Path, finder: object) -> Path:
    """A photo, where there are the models to find the face on it."""
    return photo


def refused(capsys: pytest.CaptureFixture[str], *words: str, status: int = 2) -> str:
    """The one sentence that a command line is refused with."""
    assert main(words) == status
    told = capsys.readouterr()
    assert told.out == ""
    sentence, end = told.err[:-1], told.err[-1]
    assert sentence.startswith("visavis: ")
    assert end == "\n"
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    return sentence.removeprefix("visavis: ")


def started(*words: str, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "visavis.cli", *words],
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def waited_for(folder: Path, size: int, process: "subprocess.Popen[str]") -> None:
    """Return as soon as the video under way has that many bytes."""
    while not any(path.stat().st_size >= size for path in folder.glob(".*.part")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


def kinds(path: Path) -> Mapping[str, str]:
    with av.open(str(path)) as container:
        return {stream.type: stream.codec_context.name for stream in container.streams}


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_text_becomes_a_video_and_a_line_about_it(
    here: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("say", "Hello, you there!", "--portrait", str(faces), *SCRIPTED, "--size", "256")
    assert main([*words, "--out", "a.mp4"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("a.mp4: ")
    assert told.out.count("\n") == 1
    assert told.err == ""
    assert kinds(here / "a.mp4") == {"video": "h264", "audio": "aac"}
    assert left(here) == {"a.mp4"}


def test_json_is_all_there_is_on_standard_output(
    here: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = (
        "say",
        "Hola, ¿qué tal?",
        "--portrait",
        str(faces),
        *SCRIPTED,
        "--size",
        "256x512",
        "--fps",
        "30",
    )
    assert main([*words, "--json", "--out", "a.mov"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["file"], made["fps"], made["width"], made["height"]) == ("a.mov", 30, 256, 512)
    assert made["frames"] == pytest.approx(made["seconds"] * 30, abs=1)
    assert set(made["timings"]) == {
        *("text", "speech", "portrait", "prepare", "first_frame", "render", "encode", "total")
    }
    assert 0 < made["timings"]["first_frame"] <= made["timings"]["total"]


def test_a_file_without_a_name_gets_one_and_replaces_nothing(
    here: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["say", "Good morning!", "--portrait", str(faces), *SCRIPTED, "--size", "256"]
    assert [main(words) for _ in range(3)] == [0, 0, 0]
    assert left(here) == {"good-morning.mp4", "good-morning-2.mp4", "good-morning-3.mp4"}
    assert capsys.readouterr().out.count("good-morning") == 3


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hello, I am your avatar.", "hello-i-am-your-avatar"),
        ("../../etc/passwd", "etc-passwd"),
        ("你好，世界", "你好-世界"),
        ("¡Qué día!", "qué-día"),
        ("🙂", "speech"),
        ("-", "speech"),
        ("x" * 500, "x" * 40),
        ("one two three four five six seven eight nine", "one-two-three-four-five-six-seven-eight"),
    ],
)
def test_a_name_from_the_first_words(text: str, name: str) -> None:
    assert named_after(text) == name


def test_an_existing_file_is_replaced_where_it_is_named(
    here: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "a.mp4").write_text("old")
    assert main(["say", "Hi.", "--portrait", str(faces), *SCRIPTED, "--size", "256", "--out", "a.mp4"]) == 0
    assert kinds(here / "a.mp4")["video"] == "h264"
    assert capsys.readouterr().err == ""


def test_sound_in_place_of_a_text(here: Path, faces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_sound(here / "speech.flac", "flac", 16_000, seconds=1.0)
    words = ["say", "--audio", "speech.flac", "--face", "scripted", "--portrait", str(faces), "--size", "256"]
    assert main([*words, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["file"], made["frames"], made["seconds"]) == ("speech.mp4", 25, 1.0)


@pytest.mark.parametrize("language", [(), ("--language", "en")])
def test_a_text_beside_a_sound_is_what_is_said_in_it(
    here: Path, faces: Path, capsys: pytest.CaptureFixture[str], language: tuple[str, ...]
) -> None:
    write_sound(here / "speech.flac", "flac", 16_000, seconds=1.0)
    words = ["say", "Hello there.", "--audio", "speech.flac", "--portrait", str(faces), "--size", "256"]
    assert main([*words, *language, "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["file"], made["frames"], made["seconds"]) == ("speech.mp4", 25, 1.0)
    assert left(here) == {"speech.flac", "speech.mp4"}


@pytest.mark.parametrize("text", ["", "🙂", "…"])
def test_nothing_said_in_a_sound(
    here: Path, faces: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    write_sound(here / "speech.flac", "flac", 16_000, seconds=1.0)
    words = ("say", text, "--audio", "speech.flac", "--face", "scripted", "--portrait", str(faces))
    assert "there is nothing to say" in refused(capsys, *words)
    assert left(here) == {"speech.flac"}


def test_text_on_standard_input_is_spoken_while_it_comes(here: Path, faces: Path) -> None:
    words = ("say", "-", "--portrait", str(faces), *MOVING, "--out", "a.mp4")
    with started(*words, stdin=subprocess.PIPE) as process:
        assert process.stdin
        process.stdin.write("This is the first sentence. And this is the second one. Now we wait. " * 3)
        process.stdin.flush()
        waited_for(here, 1000, process)  # pictures of what has been said, though the text goes on
        process.stdin.write("The end.")
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.startswith("a.mp4: ")
    assert left(here) == {"a.mp4"}


@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_behind(here: Path, faces: Path, told: signal.Signals) -> None:
    text = "This goes on and on. " * 3000
    with started("say", text, "--portrait", str(faces), *MOVING, "--out", "a.mp4") as process:
        waited_for(here, 20_000, process)
        process.send_signal(told)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + told
    assert (out, err) == ("", "")
    assert left(here) == set()


def test_a_signal_ends_a_sheet_and_leaves_nothing_behind(here: Path, faces: Path) -> None:
    words = ("say", "--portrait", str(faces), "--face", "warp", "--size", "1024", "--sheet", "s.png")
    with started(*words) as process:
        waited_for(here, 0, process)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM
    assert (out, err) == ("", "")
    assert left(here) == set()


@pytest.mark.parametrize("closed", ["2>&-", "0<&- 2>&-"])
def test_with_standard_error_closed_nothing_goes_astray(here: Path, faces: Path, closed: str) -> None:
    """Without a portrait there is a sentence to tell; it is told to nobody."""
    words = ["say", "Hi.", *SCRIPTED, "--size", "256", "--json", "--out", "a.mp4"]
    shell = ["bash", "-c", f'exec "$0" -m visavis.cli "$@" {closed}', sys.executable, *words]
    done = subprocess.run(shell, stdout=subprocess.PIPE, text=True, check=True)
    assert json.loads(done.stdout)["file"] == "a.mp4"
    assert kinds(here / "a.mp4")["video"] == "h264"


def test_with_every_standard_file_closed_a_command_still_works(here: Path, faces: Path) -> None:
    words = ["say", "Hi.", *SCRIPTED, "--size", "256", "--out", "a.mp4"]
    shell = ["bash", "-c", 'exec "$0" -m visavis.cli "$@" <&- >&- 2>&-', sys.executable, *words]
    assert subprocess.run(shell, check=True).returncode == 0
    assert kinds(here / "a.mp4") == {"video": "h264", "audio": "aac"}


def test_with_standard_error_closed_a_mistake_is_no_output(here: Path) -> None:
    shell = ["bash", "-c", 'exec "$0" -m visavis.cli "$@" 2>&-', sys.executable, "say"]
    done = subprocess.run(shell, stdout=subprocess.PIPE, check=False)
    assert (done.returncode, done.stdout) == (2, b"")


def test_a_disk_that_fills_up_is_one_sentence_and_leaves_nothing(here: Path, faces: Path) -> None:
    limited = 'ulimit -f 16; exec "$0" -m visavis.cli "$@"'
    text = "This goes on and on. " * 50
    words = ["bash", "-c", limited, sys.executable, "say", text, "--portrait", str(faces), *MOVING]
    done = subprocess.run([*words, "--out", "a.mp4"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "visavis: cannot write a.mp4: file too large; choose another place or make room\n"
    assert done.stdout == ""
    assert left(here) == set()


def test_a_closed_terminal_is_ignored_where_it_is_to_be(here: Path, faces: Path) -> None:
    """As nohup starts it."""
    words = [sys.executable, "-m", "visavis.cli", "say", "-", "--portrait", str(faces), *MOVING]
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = subprocess.Popen([*words, "--out", "a.mp4"], stdin=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGHUP, before)
    waited_for(here, 0, process)
    process.send_signal(signal.SIGHUP)
    process.communicate("Still here.", timeout=60)
    assert process.returncode == 0
    assert left(here) == {"a.mp4"}


def test_a_signal_ends_the_wait_for_text(here: Path, faces: Path) -> None:
    words = ("say", "-", "--portrait", str(faces), *SCRIPTED, "--out", "a.mp4")
    with started(*words, stdin=subprocess.PIPE) as process:
        waited_for(here, 0, process)
        time.sleep(0.3)  # by now it most likely waits; if not, the outcome is the same
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert left(here) == set()


@pytest.mark.parametrize("text", ["", "   ", "🙂🎉", "…", "()"])
def test_nothing_to_say(here: Path, faces: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    refused(capsys, "say", text, "--portrait", str(faces), *SCRIPTED, "--out", "a.mp4")
    assert left(here) == set()


def test_an_unknown_language(here: Path, faces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("say", "Hallo.", "--portrait", str(faces), *SCRIPTED, "--language", "klingon")
    assert "'klingon'" in refused(capsys, *words)
    assert left(here) == set()


def test_an_unknown_voice(here: Path, faces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("say", "Hello.", "--portrait", str(faces), *SCRIPTED, "--voice", "adda")
    assert refused(capsys, *words).startswith("unknown voice 'adda'; did you mean ada?")
    assert left(here) == set()


def test_an_unknown_voice_is_told_before_anything_is_fetched(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", str(here / "models"))
    sentence = refused(capsys, "say", "Hello.", "--portrait", "no.jpg", *SCRIPTED, "--voice", "adda")
    assert sentence.startswith("unknown voice 'adda'")
    assert left(here) == set()


def pictures(folder: Path) -> Iterator[tuple[str, str]]:
    """Files that are no portrait, and a word of what is said about each."""
    (folder / "empty.jpg").touch()
    yield "empty.jpg", "empty.jpg"
    (folder / "text.png").write_text("I am not a picture.")
    yield "text.png", "text.png"
    Image.new("RGB", (600, 600), (90, 140, 60)).save(folder / "green.png")
    yield "green.png", "no face"
    yield "none.jpg", "none.jpg"
    yield ".", "is a folder"


def test_pictures_that_are_no_portrait(
    here: Path, tmp_path: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "pictures"
    kept.mkdir()
    for name, word in pictures(kept):
        sentence = refused(capsys, "say", "Hi.", "--portrait", str(kept / name), *SCRIPTED, "--out", "a.mp4")
        assert word in sentence
        assert left(here) == set()


def test_a_truncated_photo(
    here: Path, tmp_path: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(faces.read_bytes()[:20_000])
    assert "damaged" in refused(capsys, "say", "Hi.", "--portrait", str(cut), *SCRIPTED, "--out", "a.mp4")
    assert left(here) == set()


def test_several_faces_are_told_of(
    here: Path, tmp_path: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Image.open(faces) as opened:
        one = opened.convert("RGB")
    two = Image.new("RGB", (one.width * 2, one.height), "grey")
    two.paste(one, (0, 0))
    two.paste(one.resize((one.width // 2, one.height // 2)), (one.width + 50, 50))
    two.save(tmp_path / "two.png")
    words = [
        "say",
        "Hi.",
        "--portrait",
        str(tmp_path / "two.png"),
        *SCRIPTED,
        "--size",
        "256",
        "--out",
        "a.mp4",
    ]
    assert main(words) == 0
    assert capsys.readouterr().err == "visavis: 2 faces found; the largest was taken\n"


def test_without_a_portrait_the_demo_speaks_and_that_is_said(
    here: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["say", "Hi.", *SCRIPTED, "--size", "256", "--out", "a.mp4"]) == 0
    assert "demo portrait" in capsys.readouterr().err
    assert left(here) == {"a.mp4"}


def test_the_portrait_that_is_set_speaks_where_none_is_named(
    here: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / ".env").write_text(f"DEFAULT_REFERENCE_IMAGE={faces}\n")
    assert main(["say", "Hi.", *SCRIPTED, "--size", "256", "--out", "a.mp4"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "the following arguments are required: COMMAND; see: visavis --help"),
        (("sing",), "invalid choice: 'sing'"),
        (("say",), "there is nothing to say; give a text, - for standard input, or --audio FILE"),
        (("say", "-", "--audio", "a.wav"), "what is said in a sound cannot come from standard input"),
        (
            ("say", "--audio", "a.wav", "--voice", "ada"),
            "--voice is for a text that is to be spoken; leave it",
        ),
        (("say", "Hi.", "--audio", "a.wav", "--voice", "ada"), "--voice is for a text that is to be spoken"),
        (("say", "Hi.", "--audio", "a.wav", "--tts", "espeak"), "--tts is for a text that is to be spoken"),
        (("say", "--audio", "a.wav", "--language", "en"), "--language is for a text; leave it out"),
        (
            ("say", "--audio", "a.wav", "--tts", "espeak"),
            "--tts is for a text that is to be spoken; leave it",
        ),
        (("say", "--sheet", "s.png", "--out", "a.mp4"), "--out is for a video; give a text or --audio FILE"),
        (("say", "Hi.", "--avatar", "me", "--portrait", "a.png"), "either --portrait or --avatar speaks"),
        (("say", "Hi.", "--tts", "scripted", "--avatar", "me"), "unknown avatar 'me'; there is: none"),
        (("say", "Hi.", "--tts", "espaek"), "unknown tts engine 'espaek'; did you mean espeak?"),
        (
            ("say", "Hi.", "--tts", "scripted", "--face", "wrap"),
            "unknown face engine 'wrap'; did you mean warp?",
        ),
        (("say", "Hi.", *SCRIPTED, "--out", "a.avi"), "cannot write '.avi' files (a.avi)"),
        (
            ("say", "Hi.", *SCRIPTED, "--out", "no/a.mp4"),
            "there is no folder no to write a.mp4 to; make it first",
        ),
        (("say", "Hi.", *SCRIPTED, "--out", "."), "cannot write a file without an ending"),
        (("say", "Hi.", *SCRIPTED, "--sheet", "a.mp4"), "cannot write '.mp4' files (a.mp4)"),
        (
            ("say", "Hi.", "--size", "2000"),
            "'2000' cannot be made; sides are even and from 256 to 1024 pixels",
        ),
        (("say", "Hi.", "--size", "511"), "sides are even"),
        (("say", "Hi.", "--size", "big"), "'big' is no size; give 512, 576x1024, 1:1 or 9:16"),
        (("say", "Hi.", "--fps", "0"), "'0' cannot be; give a whole number from 10 to 60"),
        (("say", "Hi.", "--fps", "25.5"), "'25.5' cannot be"),
        (("say", "Hi.", "--seed", "x"), "invalid int value: 'x'"),
        (("say", "caf\udce9"), "the text is not valid in this terminal's encoding; use UTF-8"),
        (("voices", "--tts", "nobody"), "unknown tts engine 'nobody'"),
        (("models", "pull"), "visavis models pull wants a name"),
        (("models", "pull", "fase"), "unknown model 'fase'; did you mean face?"),
        (("models", "verify", "fase"), "unknown model 'fase'"),
        (("models", "fetch"), "invalid choice: 'fetch'"),
    ],
)
def test_words_that_do_not_fit(
    here: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert sentence in refused(capsys, *words)
    assert left(here) == set()


def test_a_video_does_not_replace_the_sound_that_it_is_made_of(
    here: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.mp4").write_bytes(b"precious")
    words = ("say", "--audio", "a.mp4", "--face", "scripted", "--portrait", str(faces), "--out", "./a.mp4")
    assert "would replace the sound that it is made of" in refused(capsys, *words)
    assert Path("a.mp4").read_bytes() == b"precious"


def test_sound_that_cannot_be_heard(here: Path, faces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("junk.wav").write_bytes(b"RIFF" + b"x" * 999)
    for name, sentence in (("no.wav", "there is no sound file"), ("junk.wav", "is damaged, or is not sound")):
        words = ("say", "--audio", name, "--face", "scripted", "--portrait", str(faces), "--out", "a.mp4")
        assert sentence in refused(capsys, *words)
    assert left(here) == {"junk.wav"}


def test_a_face_that_cannot_pose_for_a_sheet(
    here: Path, faces: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("say", "--portrait", str(faces), "--face", "scripted", "--sheet", "s.png")
    assert "cannot pose for a contact sheet; use --face warp" in refused(capsys, *words)
    assert left(here) == set()


def test_a_sheet_without_a_video(here: Path, faces: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "--portrait", str(faces), "--size", "256", "--sheet", "s.png"]) == 0
    assert capsys.readouterr() == ("", "visavis: the contact sheet is in s.png\n")
    assert left(here) == {"s.png"}


def test_an_engine_that_cannot_start_is_a_failure_and_not_a_mistake(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sentence = refused(capsys, "say", "Hi.", "--tts", "scripted", "--face", "broken", status=1)
    assert sentence.startswith("the face engine 'broken' of strange cannot start")


def test_a_bad_setting_is_one_sentence(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("visavis.toml").write_text('log_levl = "debug"\n')
    assert "did you mean log_level?" in refused(capsys, "say", "Hi.", *SCRIPTED)


def test_a_backend_that_is_not_installed_is_replaced_and_that_is_said(here: Path, faces: Path) -> None:
    """In a process of its own, for it changes how warnings are told."""
    env = {**os.environ, "AVATAR_BACKEND": "ditto"}
    words = ["say", "Hi.", "--tts", "scripted", "--portrait", str(faces), "--size", "256", "--out", "a.mp4"]
    done = subprocess.run(
        [sys.executable, "-m", "visavis.cli", *words], env=env, capture_output=True, text=True, check=True
    )
    assert done.stderr == "visavis: the face engine ditto is not installed; warp takes its place\n"


def test_a_backend_that_is_a_strangers_engine_speaks(
    here: Path, faces: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AVATAR_BACKEND", "scripted")
    words = ["say", "--portrait", str(faces), "--sheet", "s.png"]
    assert "ScriptedFace cannot pose" in refused(capsys, *words)


def test_a_backend_that_is_none_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AVATAR_BACKEND", "lipsync")
    sentence = refused(capsys, "say", "Hi.", "--tts", "scripted")
    assert sentence.startswith("unknown face engine in AVATAR_BACKEND 'lipsync'; there is: auto, ")


@pytest.mark.parametrize(("level", "told"), [("warning", True), ("error", False)])
def test_every_command_heeds_the_log_level(level: str, told: bool) -> None:
    """In a process of its own, for it changes how warnings are told."""
    env = {**os.environ, "AVATAR_BACKEND": "ditto", "LOG_LEVEL": level}
    done = subprocess.run(
        [sys.executable, "-m", "visavis.cli", "doctor"], env=env, capture_output=True, text=True, check=False
    )
    sentence = "visavis: the face engine ditto is not installed; warp takes its place\n"
    assert (sentence in done.stderr) is told


def test_a_bad_setting_stops_only_what_needs_settings(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "visavis.toml").write_text("log_level = 7\n")
    assert main(["models", "list"]) == 0
    main(["doctor"])
    assert "NO  settings" in capsys.readouterr().out


def test_a_mistake_of_ours_is_one_sentence_and_with_v_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("visavis.commands.voices.run", wrong)
    monkeypatch.setattr("visavis.commands.voices.add", _adding(wrong))
    sentence = refused(capsys, "voices", status=1)
    assert sentence.startswith("a mistake of ours: ZeroDivisionError: division by zero; -v shows where")
    with pytest.raises(ZeroDivisionError):
        main(["voices", "-v"])


def test_voices_are_listed_with_language_and_gender(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "--tts", "scripted"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["ada", "en", "English", "female"]
    assert len(lines) == 5


def test_models_are_listed_and_can_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path / "models"))
    assert main(["models", "list"]) == 0
    told = capsys.readouterr().out
    assert "face" in told
    assert "absent" in told
    assert str(tmp_path / "models") in told
    assert main(["models", "verify"]) == 0
    assert main(["models", "remove", "face"]) == 0
    assert "face: 0 bytes freed" in capsys.readouterr().out


def test_a_damaged_model_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path))
    (tmp_path / "face").mkdir()
    (tmp_path / "face" / "face_landmark.tflite").write_text("not that")
    assert main(["models", "verify", "face"]) == 1
    told = capsys.readouterr()
    assert "face_landmark.tflite" in told.out
    assert told.err == "visavis: damaged: face; repair with: visavis models pull face\n"


def test_the_doctor_tells_of_what_say_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", str(tmp_path / "models"))
    main(["doctor"])
    told = capsys.readouterr()
    for word in ("visavis", "processors", "voice espeak", "face warp", "video", "model face", "room here"):
        assert word in told.out
    assert "NO  face broken" in told.out
    assert told.err.startswith("visavis: not all is well on this machine: see face broken")


def test_the_doctor_examines_what_is_badly_wrong(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VISAVIS_MODELS", "~no_such_user/models")
    here.rmdir()
    assert main(["doctor"]) == 1
    told = capsys.readouterr()
    for line in ("models", "settings", "room here"):
        assert f"NO  {line} " in told.out
    assert "a mistake of ours" not in told.err


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for words, expected in (
        (["--help"], "say"),
        (["say", "--help"], "examples:"),
        (["--version"], "visavis 0"),
    ):
        with pytest.raises(SystemExit) as left_with:
            main(words)
        assert left_with.value.code == 0
        assert expected in capsys.readouterr().out


def test_a_reader_that_goes_away_is_no_news() -> None:
    with started("models", "list") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.wait(60) in (0, 128 + signal.SIGPIPE)
        assert process.stderr.read() == ""


def test_a_process_knows_its_age() -> None:
    seen = subprocess.run(
        [sys.executable, "-c", "from visavis.commands.process import process_age; print(process_age())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert 0 < float(seen.stdout) < 60
    assert process_age() > 0


def _adding(run: object) -> object:
    def add(commands: object, common: object) -> None:
        commands.add_parser("voices", parents=[common]).set_defaults(run=run)  # type: ignore[attr-defined]

    return add
