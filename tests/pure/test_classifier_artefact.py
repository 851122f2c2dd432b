"""The model file: whole, or refused with a cure; the same texts give the same bytes."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import classifier
from classifier import ArtefactError, artefact, samples
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


def test_f43_missing_artefact_is_refused_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="missing: run `mailbot train`"):
        classifier.load(tmp_path / "none.gz")


@pytest.mark.parametrize("kept", [0, 1, 10, 1000, -1])
def test_f43_truncated_artefact_is_refused(tmp_path: Path, kept: int) -> None:
    assert "damaged" in refused(tmp_path / "model", shipped()[:kept])


def test_f43_artefact_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    seal, _, rest = content().partition(b"\n")
    newer = json.dumps({**json.loads(seal), "format": artefact.FORMAT + 1}).encode()
    assert f"format {artefact.FORMAT + 1}" in refused(tmp_path / "model", gzip.compress(newer + b"\n" + rest))


@pytest.mark.parametrize("rest", [b"{}", b'{"numbers":[]}\n', b"[]\n\x00\x01"])
def test_artefact_that_is_no_model_is_refused_even_with_a_right_checksum(tmp_path: Path, rest: bytes) -> None:
    seal = json.dumps({"format": artefact.FORMAT, "sha256": hashlib.sha256(rest).hexdigest()}).encode()
    assert "lacks a field" in refused(tmp_path / "model", gzip.compress(seal + b"\n" + rest))


def test_artefact_whose_arrays_don_t_fit_is_refused(tmp_path: Path) -> None:
    body = artefact.read(artefact.SHIPPED)
    artefact.write(tmp_path / "model", replace(body, idf=body.idf[:-1]))
    assert "lacks a field" in refused(tmp_path / "model", (tmp_path / "model").read_bytes())


def test_a_place_that_can_t_be_written_is_named_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(ArtefactError, match=r"model can't be written \(.+\): make room"):
        artefact.put(tmp_path / "model", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["model"], "no draft stays behind"


@settings(max_examples=40, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_f43_flipped_bit_is_refused_or_without_effect(tmp_path_factory: pytest.TempPathFactory, place: float, bit: int) -> None:
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
    assert figures.learnt_sha256 == checksum([*classifier.corpus(), *samples.boilerplate()])


def test_training_again_gives_the_same_bytes_and_the_shipped_model(tmp_path: Path) -> None:
    outs = [tmp_path / "one", tmp_path / "two"]
    for seed, out in enumerate(outs):
        code = f"from classifier import artefact, teach; import pathlib; artefact.write(pathlib.Path({str(out)!r}), teach().body)"
        subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": str(seed)})
    assert outs[0].read_bytes() == outs[1].read_bytes()
    again, body = artefact.read(outs[0]), artefact.read(artefact.SHIPPED)
    assert np.array_equal(again.numbers, body.numbers)
    steps = [
        np.abs(head.pieces.astype(int) - old.pieces.astype(int)).max()
        for head, old in ((again.plain, body.plain), (again.semantic, body.semantic))
        if head and old
    ]
    assert max(steps) <= 20, "other processors stop a little earlier or later; more means the artefact is out of date"
