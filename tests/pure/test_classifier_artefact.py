"""The model file: whole, or refused with a cure; the same texts give the same bytes."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import classifier
from classifier import ArtefactError, Correction, artefact
from classifier.samples import checksum


@cache
def shipped() -> bytes:
    return artefact.SHIPPED.read_bytes()


def content() -> bytes:
    return gzip.decompress(shipped())


def refused(path: Path, raw: bytes) -> str:
    path.write_bytes(raw)
    with pytest.raises(ArtefactError) as caught:
        classifier.load(path)
    assert "mailbot train" in str(caught.value)
    return str(caught.value)


def test_missing_artefact_is_refused_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="missing: run `mailbot train`"):
        classifier.load(tmp_path / "none.json.gz")


@pytest.mark.parametrize("kept", [0, 1, 10, 1000, -1])
def test_truncated_artefact_is_refused(tmp_path: Path, kept: int) -> None:
    assert "damaged" in refused(tmp_path / "model", shipped()[:kept])


def test_artefact_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    seal, _, rest = content().partition(b"\n")
    newer = json.dumps({**json.loads(seal), "format": artefact.FORMAT + 1}).encode()
    assert "format 2" in refused(tmp_path / "model", gzip.compress(newer + b"\n" + rest))


def test_artefact_that_is_no_model_is_refused_even_with_a_right_checksum(tmp_path: Path) -> None:
    rest = b'{"grams":[]}'
    seal = json.dumps({"format": artefact.FORMAT, "sha256": hashlib.sha256(rest).hexdigest()}).encode()
    assert "lacks a field" in refused(tmp_path / "model", gzip.compress(seal + b"\n" + rest))


@settings(max_examples=40, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_flipped_bit_is_refused_or_without_effect(tmp_path_factory: pytest.TempPathFactory, place: float, bit: int) -> None:
    raw = bytearray(shipped())
    raw[int(place * len(raw))] ^= 1 << bit
    path = tmp_path_factory.getbasetemp() / "flipped"
    path.write_bytes(raw)
    try:
        loaded = classifier.load(path)
    except ArtefactError:
        return
    assert loaded.classify("", "快递三天没动静") == classifier.load().classify("", "快递三天没动静")


def test_shipped_artefact_is_small_and_of_the_present_corpus() -> None:
    figures = classifier.load().figures
    assert len(shipped()) < 2_000_000
    assert figures.corpus_sha256 == checksum(classifier.corpus())


def test_training_again_gives_the_same_bytes_and_the_shipped_model(tmp_path: Path) -> None:
    outs = [tmp_path / "one", tmp_path / "two"]
    for seed, out in enumerate(outs):
        code = f"import classifier, pathlib; classifier.train(pathlib.Path({str(out)!r}))"
        subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": str(seed)})
    assert outs[0].read_bytes() == outs[1].read_bytes()
    again, body = artefact.read(outs[0]), artefact.read(artefact.SHIPPED)
    assert again.grams == body.grams
    heads = [(head.weights, again.categories[name].weights) for name, head in body.categories.items()]
    steps = [abs(a - b) for shipped_weights, weights in heads for a, b in zip(shipped_weights, weights, strict=True)]
    assert max(steps) <= 2, "other processors may round the last step differently; more means the artefact is out of date"


def test_correction_is_learnt(tmp_path: Path) -> None:
    text = "Ihr Zähler zeigt Unsinn an, bitte den Zähler tauschen"
    out = tmp_path / "model"
    figures = classifier.train(out, [Correction("", text, "quality"), Correction("Zähler", "Der Zähler läuft rückwärts", "quality")])
    assert figures.corrections == 2
    assert classifier.load(out).classify("", text).scores["quality"] > classifier.load().classify("", text).scores["quality"]


def test_correction_to_an_unknown_category_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'weather'"):
        classifier.train(tmp_path / "model", [Correction("", "It rained", "weather")])
    assert not list(tmp_path.iterdir())
