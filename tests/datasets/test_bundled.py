"""The bundled data against their published counts and against known rows."""

import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.utils import Bunch

import sklearn_rnn
from sklearn_rnn.datasets import (
    load_births,
    load_co2,
    load_languages,
    load_pronunciations,
    load_tweets,
)

LOADERS = [load_languages, load_tweets, load_pronunciations, load_births, load_co2]
FOLDER = Path(sklearn_rnn.__file__).parent / "datasets"

each_loader = pytest.mark.parametrize("load", LOADERS, ids=lambda load: load.__name__)


@pytest.fixture(scope="module")
def languages():
    return load_languages()


def rows(bunch, language, article):
    chosen = (bunch.target == language) & (bunch.articles == article)
    return bunch.data[chosen].tolist()


def test_words_and_phones_have_the_documented_counts():
    words, phones = load_pronunciations(return_X_y=True)
    assert words.shape == phones.shape == (12000,)
    assert len(set(words)) == 12000
    assert sorted(words) == words.tolist()
    rows = [text.split() for text in phones]
    lengths = [len(row) for row in rows]
    assert (min(lengths), max(lengths), sum(lengths)) == (1, 18, 75602)
    assert len(set(np.concatenate(rows))) == 39
    assert (min(map(len, words)), max(map(len, words))) == (1, 19)
    assert phones[words == "perfume"].tolist() == ["P ER F Y UW M"]


def test_pronunciations_travel_with_the_notice_of_their_licence():
    notice = FOLDER / "data" / "pronunciations_LICENSE.txt"
    text = notice.read_text(encoding="utf-8")
    assert "Copyright (C) 1993-2015 Carnegie Mellon University" in text
    assert "must retain the above copyright\n   notice" in text
    assert notice.name in load_pronunciations().DESCR


def test_languages_have_the_published_counts(languages):
    assert languages.data.shape == languages.target.shape == (2798,)
    assert languages.articles.shape == (2798,)
    names, counts = np.unique(languages.target, return_counts=True)
    assert len(names) == 48
    assert (counts.min(), counts.max()) == (48, 62)
    assert np.unique(languages.articles).tolist() == list(range(31))


def test_languages_have_documented_types(languages):
    assert languages.data.dtype == object
    assert {type(text) for text in languages.data} == {str}
    assert languages.target.dtype.kind == "U"
    assert languages.articles.dtype == np.int64


def test_lengths_of_the_texts_are_as_documented(languages):
    lengths = [len(text) for text in languages.data]
    assert (min(lengths), max(lengths)) == (20, 722)
    assert all(text == text.strip() for text in languages.data)
    assert len(set(languages.data)) == 2798


def test_some_paragraphs_are_those_of_the_declaration(languages):
    assert languages.data[0].startswith("Whereas recognition of the inherent dignity")
    assert languages.target[0] == "eng"
    assert languages.data[-1].startswith("Այս Հռչակագրում ոչ մի բան")
    assert languages.target[-1] == "hye"
    # Article 3, short enough to be written out in a few languages.
    assert rows(languages, "eng", 3) == [
        "Everyone has the right to life, liberty and the security of person."
    ]
    assert rows(languages, "fra", 3) == [
        "Tout individu a droit à la vie, à la liberté et à la sûreté de sa personne."
    ]
    # Hebrew and Amharic are numbered by hand: they, too, must give article 3,
    # the right to life ("לחיים", "የመኖር").
    assert "לחיים" in rows(languages, "heb", 3)[0]
    assert "የመኖር" in rows(languages, "amh", 3)[0]


def test_articles_are_the_same_in_every_language(languages):
    # Articles 2, 11 and so on have several paragraphs, in every language the
    # same number of them: were one language shifted, its row would differ. Left
    # out: the preamble, divided freely, and what the description says of texts
    # below 20 characters (Chinese, and one paragraph of Japanese).
    codes = np.unique(languages.target)
    counts = {
        code: np.bincount(languages.articles[languages.target == code], minlength=31)
        for code in codes
    }
    for code in set(codes) - {"cmn_hans", "jpn"}:
        assert counts[code][1:].tolist() == counts["eng"][1:].tolist(), code
    missing = [
        (str(code), article)
        for code in codes
        for article in np.flatnonzero(counts[code] == 0).tolist()
    ]
    assert missing == [("amh", 0), ("cmn_hans", 3), ("cmn_hans", 9), ("cmn_hans", 20)]


def test_names_are_in_the_order_of_the_sorted_codes(languages):
    names = dict(zip(np.unique(languages.target), languages.target_names, strict=True))
    assert len(set(names.values())) == 48
    assert names["deu_1996"] == "German"
    assert names["hye"] == "Armenian"
    assert names["tgl"] == "Tagalog"


def test_articles_split_the_languages_into_stratified_folds(languages):
    split = StratifiedGroupKFold(3).split(
        languages.data, languages.target, groups=languages.articles
    )
    for train, test in split:
        assert not set(languages.articles[train]) & set(languages.articles[test])
        assert len(set(languages.target[train])) == 48


def test_tweets_have_the_published_counts_and_ends():
    texts, sentiment = load_tweets(return_X_y=True)
    assert texts.shape == sentiment.shape == (4200,)
    assert len(set(texts)) == 4200
    assert texts[1] == "Yay. Another good phone interview."
    assert sentiment[1] == 1.443298969
    assert texts[-1] == "Execute like lightning not like wind"
    assert sentiment[-1] == 0.2
    assert (sentiment.min(), sentiment.max()) == (-3.75, 3.55)
    assert ((sentiment < 0).sum(), (sentiment > 0).sum()) == (1299, 2897)


def test_tweets_have_documented_types_and_lengths():
    texts, sentiment = load_tweets(return_X_y=True)
    assert texts.dtype == object and sentiment.dtype == np.float64
    assert {type(text) for text in texts} == {str}
    lengths = [len(text) for text in texts]
    assert (min(lengths), max(lengths)) == (3, 162)
    # The source ends its lines as Windows does.
    assert not any("\r" in text for text in texts)


def test_tweets_travel_with_the_notice_of_their_licence():
    notice = (FOLDER / "data" / "tweets_LICENSE.txt").read_text(encoding="utf-8")
    for line in (
        "Copyright (c) 2016 C.J. Hutto",
        "The above copyright notice and this permission notice shall be included",
    ):
        assert line in notice
    assert "tweets_LICENSE.txt" in load_tweets().DESCR


def test_births_have_the_published_counts_and_ends():
    dates, births = load_births(return_X_y=True)
    assert dates.shape == births.shape == (3652,)
    assert dates.dtype == "datetime64[D]" and births.dtype == np.float64
    assert (str(dates[0]), births[0]) == ("1994-01-01", 8096)
    assert (str(dates[-1]), births[-1]) == ("2003-12-31", 12374)
    assert (births.min(), births.max()) == (6443, 14540)
    assert births.sum() == 39_722_137


def test_births_have_one_value_a_day():
    dates, _ = load_births(return_X_y=True)
    assert (np.diff(dates) == np.timedelta64(1, "D")).all()


def test_births_dates_agree_with_the_day_of_the_week_in_the_file():
    # The loader does not read that column, so that it can tell a wrong date.
    text = gzip.decompress((FOLDER / "data" / "births.csv.gz").read_bytes()).decode()
    weekdays = [int(line.split(",")[3]) for line in text.split()[1:]]
    dates, _ = load_births(return_X_y=True)
    # 1 January 1970, day 0, was a Thursday: 4.
    assert ((dates.astype(int) + 3) % 7 + 1).tolist() == weekdays


def test_co2_has_the_published_counts_and_ends():
    dates, co2 = load_co2(return_X_y=True)
    assert dates.shape == co2.shape == (2284,)
    assert dates.dtype == "datetime64[D]" and co2.dtype == np.float64
    assert (str(dates[0]), co2[0]) == ("1958-03-29", 316.1)
    assert (str(dates[-1]), co2[-1]) == ("2001-12-29", 371.5)
    assert (np.nanmin(co2), np.nanmax(co2)) == (313.0, 373.9)
    assert (np.diff(dates) == np.timedelta64(7, "D")).all()


def test_co2_keeps_its_gaps():
    dates, co2 = load_co2(return_X_y=True)
    gaps = np.isnan(co2)
    assert gaps.sum() == 59  # 2284 weeks, 2225 of them measured
    assert dates[gaps][0] == np.datetime64("1958-05-10")
    runs = "".join("x" if gap else " " for gap in gaps).split()
    assert len(runs) == 22
    assert max(len(run) for run in runs) == 18


@each_loader
def test_bunch_and_pair_hold_the_same(load):
    bunch = load()
    assert isinstance(bunch, Bunch)
    data, target = load(return_X_y=True)
    np.testing.assert_array_equal(data, bunch.data)
    np.testing.assert_array_equal(target, bunch.target)


@each_loader
def test_a_changed_array_does_not_change_the_next_load(load):
    first = load()
    before = first.data[0], first.target[0]
    first.data[0] = first.data[1]
    first.target[0] = first.target[-1]
    again = load()
    assert (again.data[0], again.target[0]) == before


@each_loader
def test_every_file_has_its_source_and_licence(load):
    bunch = load()
    assert (FOLDER / "data" / bunch.filename).is_file()
    for heading in ("**Source**", "**What was done**", "**Licence**"):
        assert heading in bunch.DESCR
    assert bunch.filename in bunch.DESCR


def test_no_file_is_bundled_without_a_loader():
    bundled = {path.name for path in (FOLDER / "data").iterdir()}
    described = {load().filename for load in LOADERS}
    licences = {
        f"{name}_LICENSE.txt" for name in ("births", "pronunciations", "tweets")
    }
    beside = {"language_names.tsv", *licences}
    assert bundled == described | beside


@each_loader
def test_asking_for_a_pair_takes_a_boolean(load):
    with pytest.raises(ValueError, match=r"return_X_y.*Got 'yes'"):
        load(return_X_y="yes")


def test_the_data_load_from_within_a_zip_file(tmp_path):
    archive = tmp_path / "package.zip"
    package = FOLDER.parent
    with zipfile.ZipFile(archive, "w") as zipped:
        for path in sorted(package.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                zipped.write(path, path.relative_to(package.parent))
    program = (
        f"import sys; sys.path.insert(0, {str(archive)!r})\n"
        "import sklearn_rnn.datasets as datasets\n"
        "assert '.zip' in datasets.__file__\n"
        "print(len(datasets.load_languages().DESCR) > 0,"
        " len(datasets.load_births().data))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert seen.stdout.split() == ["True", "3652"], seen.stderr
