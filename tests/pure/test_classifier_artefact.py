"""The model file: whole, or refused with a cure; the same texts give the same bytes."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import classifier
from classifier import ArtefactError, artefact, samples
from classifier.artefact import Array, Body
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
    assert "don't fit: idf is i(39999,)" in refused(tmp_path / "model", (tmp_path / "model").read_bytes())


@cache
def small() -> Body:
    """The shipped model with its first 60 pieces."""
    body = artefact.read(artefact.SHIPPED)
    heads = {name: replace(head, pieces=head.pieces[:60]) for name in ("plain", "semantic") if (head := getattr(body, name))}
    return replace(body, numbers=body.numbers[:60], idf=body.idf[:60], boilerplate=body.boilerplate[:61], **heads)


def with_array(body: Body, name: str, array: Array) -> Body:
    part, _, inner = name.partition(".")
    return replace(body, **{part: replace(getattr(body, part), **{inner: array}) if inner else array})


def written(path: Path, body: Body) -> Path:
    artefact.write(path, body)
    return path


ARRAYS = sorted(artefact._arrays(small()))
WRONG: dict[str, Callable[[Array], Array]] = {
    "first left out": lambda array: array[1:],
    "last left out": lambda array: array[:-1],
    "one too many": lambda array: np.concatenate([array, array[-1:]]),
    "none": lambda array: array[:0],
    "a column too few": lambda array: array[:, :-1] if array.ndim > 1 else array[:-1],
    "lying": lambda array: array.T if array.ndim > 1 else array[None],
    "in one row": lambda array: array.ravel(),
    "one dimension more": lambda array: array[None],
    "of another kind": lambda array: array.astype("i4" if array.dtype.kind == "f" else "f4"),
    "descending": lambda array: array[::-1],
    "not a number": lambda array: array * np.nan if array.dtype.kind == "f" else array,
}


@pytest.mark.parametrize("name", ARRAYS)
@pytest.mark.parametrize("way", WRONG)
def test_sealed_artefact_with_a_wrong_array_is_refused_or_serves(tmp_path: Path, name: str, way: str) -> None:
    array = artefact._arrays(small())[name]
    wrong = WRONG[way](array)
    path = written(tmp_path / "model", with_array(small(), name, wrong))
    if wrong.shape != array.shape or wrong.dtype != array.dtype or (name, way) in {("numbers", "descending"), ("centre", "not a number")}:
        refused(path, path.read_bytes())
    else:
        assert classifier.load(path).classify("包裹", "快递三天没动静 late").scores


@pytest.mark.parametrize(
    "part",
    [
        {"temperature": 0.0},
        {"temperature": -1.0},
        {"threshold": 1.5},
        {"encoder": None},
        {"lexicon": {}},
        {"lexicon": {category: {"han": ("",), "latin": (" ",)} for category in classifier.CATEGORIES}},
    ],
)
def test_sealed_artefact_with_an_impossible_value_is_refused(tmp_path: Path, part: dict[str, object]) -> None:
    path = written(tmp_path / "model", replace(small(), **part))
    refused(path, path.read_bytes())


@settings(max_examples=200, deadline=None)
@given(
    place=st.integers(0, len(ARRAYS) - 1),
    kind=st.sampled_from(["<u8", "<i2", "<i4", "<f4", ">i2", "|i1", "|O", "<U1", "i4,i4", "", "<M8[s]"]) | st.text(max_size=4),
    shape=st.lists(st.integers(-2, 70) | st.sampled_from([5, 60, 61, 512, 1 << 40, 1 << 70]), max_size=4),
)
def test_sealed_artefact_that_lies_about_an_array_is_refused_or_serves(
    tmp_path_factory: pytest.TempPathFactory, place: int, kind: str, shape: list[int]
) -> None:
    path = tmp_path_factory.getbasetemp() / "lying"
    head, _, rest = gzip.decompress(written(path, small()).read_bytes()).partition(b"\n")[2].partition(b"\n")
    about = json.loads(head)
    about["arrays"][place][1:] = [kind, shape]
    lying = json.dumps(about).encode() + b"\n" + rest
    seal = json.dumps({"format": artefact.FORMAT, "sha256": hashlib.sha256(lying).hexdigest()}).encode()
    path.write_bytes(gzip.compress(seal + b"\n" + lying))
    with suppress(ArtefactError):
        assert classifier.load(path).classify("包裹", "快递三天没动静 late").scores


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
