"""The pages in a real browser: nothing leaves them, everybody can read them, and they print whole."""

import itertools
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import trafficking_stats as ts
from trafficking_stats.reporting import folder as report_folder
from trafficking_stats.reporting import reports
from trafficking_stats.reporting.build import PageError
from trafficking_stats.reporting.index import write_index

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# fmt: off
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync"]
# fmt: on
NOTE = '<script>document.title = "run"</script> <img src=x onerror="document.title=1"> "quoted"'

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here"),
]
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed here")


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """A folder with two countries, a failure, and text that would run if it were not escaped."""
    folder = tmp_path_factory.mktemp("site")
    reports.report(["DNK", "CIV"], folder, notebooks=root / "tests/notebooks", known=[], language="en,da", note=NOTE)
    text = 'cell 4 (<script>document.title = "run"</script>): E: no "<b>figures</b>"'
    report_folder.store_failure(folder, PageError("XKX", "3_gap", text, 4))
    write_index(folder)
    return folder


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def axe():
    """The source of axe-core, fetched once into a cache outside the repository."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "trafficking-stats-tests"
    script = cache / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed here, and axe-core comes from it")
        cache.mkdir(parents=True, exist_ok=True)
        command = [npm, "install", "--prefix", str(cache), "--no-audit", "--no-fund", "axe-core@4"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode:
            pytest.skip(f"npm could not fetch axe-core: {done.stderr.strip()[:200]}")
    return script.read_text(encoding="utf-8")


@pytest.fixture
def open_page(browser, site):
    """Open a page of the site; at the end nothing may have been asked for, and nothing complained of."""
    contexts, noise = [], []

    def open_one(name, *, width=1280, height=900, scheme="light", **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce", **options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: noise.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: noise.append(f"error: {error}"))
        page.on("request", lambda r: r.url.startswith(("file:", "data:")) or noise.append(f"request: {r.url}"))
        file, _, anchor = name.partition("#")
        page.goto((site / file).as_uri() + (f"#{anchor}" if anchor else ""))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert noise == []


PAGES = [
    "index.html",
    "index.da.html",
    "DNK/3_gap.html",
    "DNK/3_gap.da.html",
    "DNK/2_reconciliation.html",
    "DNK/brief.html",
    "DNK/brief.da.html",
]


@pytest.fixture(scope="module")
def countries(tmp_path_factory):
    """The pages of Iceland, of a country in doubt, and of eight that change with the figures, as they are published."""
    folder = tmp_path_factory.mktemp("countries")
    figures = ts.load_claims()["country"].value_counts().drop(["ISL", "DOM"])
    chosen = random.Random(int(figures.sum())).sample(sorted(figures.index), 8)
    reports.report(["ISL", "DOM", *chosen], folder)
    return folder


def test_the_pages_of_countries_read_well_on_every_screen(countries, browser, axe):
    noise = []
    screens = ((1440, "light"), (390, "dark"))
    for number, path in enumerate(sorted(countries.rglob("*.html"))):
        # each page of Iceland on both, of the others on one
        for width, scheme in screens if path.parent.name == "ISL" else screens[number % 2 :][:1]:
            viewport = {"width": width, "height": 900}
            context = browser.new_context(viewport=viewport, color_scheme=scheme, bypass_csp=True)
            page = context.new_page()
            page.on("console", lambda message: noise.append(f"console: {message.text}"))
            page.on("request", lambda r: r.url.startswith(("file:", "data:")) or noise.append(f"request: {r.url}"))
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            if hero := page.locator(".hero figure img").all():
                box = hero[0].bounding_box()
                if path.name.startswith("3_gap"):  # the answer, its facts, the years and the chart on one screen
                    assert box["y"] + box["height"] < {1440: 800, 390: 844}[width], path
                else:
                    assert box["y"] < 600, path
                # One drawing for all screens: a letter of 10 points is 10 dots high on a phone, 17 on a desk.
                assert 0.74 < hero[0].evaluate("i => i.clientWidth / i.naturalWidth") < 1.34
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
            page.evaluate(axe)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            assert [(v["id"], [node["target"] for node in v["nodes"]]) for v in found] == [], (path, scheme)
            context.close()
    assert noise == []


def test_no_table_slides_on_a_phone(countries, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    for path in [*countries.glob("*/3_gap.html"), *countries.glob("DOM/*_*.html")]:
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        wide = page.evaluate(
            # the page hears of what was opened a moment later
            "new Promise(then => setTimeout(then, 200)).then(() => [...document.querySelectorAll('.scroll:has(table)')]"
            ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.getAttribute('aria-label')))"
        )
        assert wide == [], path
    context.close()


def test_no_brief_says_a_thing_twice(countries):
    for path in countries.rglob("brief.html"):
        said = re.findall(r"<(?:p|li)[^>]*>(.*?)</(?:p|li)>", path.read_text(), re.DOTALL)
        plain = [re.sub(r"<span class=\"verdict.*?</span>|<[^>]+>", "", text).strip() for text in said]
        assert len(set(plain)) == len(plain), path


def test_every_link_of_countries_leads_somewhere(countries):
    for path in sorted(countries.rglob("*.html")):
        for target in re.findall(r'<a [^>]*href="([^"]+)"', path.read_text()):
            if target.startswith(("https://", "http://", "data:text/csv")):
                continue
            file, _, anchor = target.partition("#")
            goal = (path.parent / file) if file else path
            assert goal.is_file(), (path, target)
            assert not anchor or f'id="{anchor}"' in goal.read_text(), (path, target)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_scrolls_sideways_on_a_phone(open_page, name):
    page = open_page(name, width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.body.scrollWidth") <= 360


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(open_page, axe, name, scheme):
    # Only the checker itself needs to get past the policy of the page.
    page = open_page(name, scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(v["id"], [node["target"] for node in v["nodes"]]) for v in found] == []


def test_the_answer_stands_on_the_first_screen(open_page):
    for width, height in ((1280, 800), (390, 844)):
        page = open_page("DNK/3_gap.html", width=width, height=height)
        for part in (".headline .sentence", ".assurance dd >> nth=0", ".assurance .verdict", ".hero figure img"):
            box = page.locator(part).bounding_box()
            assert 0 <= box["y"] < box["y"] + box["height"] <= height, (part, width)


def test_data_is_shown_as_text(open_page):
    page = open_page("DNK/3_gap.html")
    assert page.title() == "Denmark: Identification and prosecution"
    assert NOTE in page.locator("main").inner_text()
    assert page.locator("a[href^='javascript']").count() == 0
    assert "(javascript:alert(1))" in page.locator("main").inner_text()
    index = open_page("index.html")
    assert 'no "<b>figures</b>"' in index.locator("tbody").inner_text()
    assert '<script>document.title = "run"</script>' in index.locator("tbody").inner_text()
    assert index.title().startswith("Human trafficking")


def test_one_button_opens_and_folds_all_code(open_page):
    page = open_page("DNK/3_gap.html")
    button = page.get_by_role("button", name="Show code")
    folds = page.locator("details.code")
    assert folds.count() >= 4
    assert page.locator("details.code[open]").count() == 0
    button.click()
    assert page.locator("details.code[open]").count() == folds.count()
    hide = page.get_by_role("button", name="Hide code")
    assert hide.get_attribute("aria-pressed") == "true"
    hide.click()
    assert page.locator("details.code[open]").count() == 0


def test_images_carry_text_and_size(open_page):
    page = open_page("DNK/3_gap.html")
    images = page.locator("img").evaluate_all("list => list.map(i => [i.alt, i.width, i.height, i.naturalWidth])")
    assert len(images) == 1
    for alt, *sizes in images:
        assert alt.startswith("Line chart: victims rise from 64 to 71")
        assert all(size > 100 for size in sizes)


def test_headings_go_down_one_level_at_a_time(open_page):
    for name in PAGES:
        levels = open_page(name).locator("h1,h2,h3,h4,h5,h6").evaluate_all("l => l.map(h => +h.tagName[1])")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels))


def test_a_figure_leads_to_its_explanation_in_one_click(open_page):
    page = open_page("DNK/3_gap.html")
    page.locator("table a.explain", has_text="70").first.click()
    page.wait_for_url("**/2_reconciliation.html#explain-DNK-victims_identified-2020")
    target = page.locator("#explain-DNK-victims_identified-2020")
    assert "two sources say 70 and 69" in target.inner_text()
    assert 0 <= target.bounding_box()["y"] < 900


def test_every_local_link_leads_somewhere(site, open_page):
    for path in sorted(site.rglob("*.html")):
        page = open_page(path.relative_to(site).as_posix())
        for target in page.locator("a[href]").evaluate_all("list => list.map(a => a.getAttribute('href'))"):
            if target.startswith(("https://", "data:text/csv")):
                continue
            file, _, anchor = target.partition("#")
            goal = (path.parent / file) if file else path
            assert goal.is_file(), (path, target)
            assert not anchor or f'id="{anchor}"' in goal.read_text(), (path, target)


def test_the_contents_lead_to_the_sections_and_fold_on_a_phone(open_page):
    page = open_page("DNK/3_gap.html")
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="How sure are we").click()
    assert page.url.endswith("#how-sure-are-we")
    assert page.locator("#how-sure-are-we").bounding_box()["y"] < 900
    phone = open_page("DNK/3_gap.html", width=390)
    assert phone.locator(".contents details").get_attribute("open") is None


def test_the_keyboard_reaches_the_content_first(open_page):
    page = open_page("DNK/3_gap.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_index_is_searched_and_sorted(open_page):
    page = open_page("index.html")

    def names():
        return page.locator("tbody tr:visible th").evaluate_all("list => list.map(t => t.textContent.split(' ')[0])")

    assert names() == ["Côte", "Denmark", "Kosovo"]
    page.get_by_label("Search").fill("denm")
    assert names() == ["Denmark"]
    assert page.get_by_role("status").inner_text() == "Countries shown: 1 of 3"
    page.get_by_label("Search").fill("")
    page.get_by_role("button", name="Country").click()
    assert names() == ["Kosovo", "Denmark", "Côte"]
    page.get_by_role("button", name="Finding").click()
    assert names()[-1] == "Kosovo"
    assert page.locator("th[aria-sort]").inner_text().startswith("Finding")
    page.get_by_label("Region").select_option("Northern Europe")
    assert names() == ["Denmark"]
    page.get_by_label("Region").select_option("")
    page.get_by_label("Search").fill("cote d’ivoire 64")
    assert names() == ["Côte"]
    assert "victims identified: 64 in 2014, 71 in 2021" in page.locator("tbody tr:visible .ends").first.text_content()


def test_a_phone_shows_the_finding_of_each_country_and_every_page(open_page):
    index = open_page("index.html", width=360)
    for row in index.locator("tbody tr").all():
        box = row.locator(".saying").bounding_box()
        assert 0 <= box["x"] < box["x"] + box["width"] <= 360
    page = open_page("DNK/3_gap.html", width=360)
    assert page.get_by_role("link", name="All countries").is_visible()
    page.locator(".pages > summary").click()
    for link in page.locator(".masthead a").all():
        box = link.bounding_box()
        assert 0 <= box["x"] < box["x"] + box["width"] <= 360


def test_the_reader_changes_the_language(open_page):
    page = open_page("index.html")
    page.get_by_role("link", name="Dansk").click()
    page.wait_for_url("**/index.da.html")
    assert page.get_by_label("Søg").is_visible()
    page.get_by_role("link", name="Danmark", exact=True).click()
    page.wait_for_url("**/DNK/3_gap.da.html")
    assert page.evaluate("document.documentElement.lang") == "da"
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/DNK/3_gap.html")


def test_a_figure_can_be_saved_linked_to_and_cited(open_page):
    page = open_page("DNK/3_gap.html", accept_downloads=True, permissions=["clipboard-read", "clipboard-write"])
    figure = page.locator("figure").first
    for kind, begin in (("SVG", b"<?xml"), ("PNG", b"\x89PNG")):
        with page.expect_download() as waiting:
            figure.get_by_role("button", name=f"Save {kind}").click()
        assert waiting.value.suggested_filename.endswith(f".{kind.lower()}")
        assert Path(waiting.value.path()).read_bytes().startswith(begin)
    figure.get_by_role("button", name="Copy citation").click()
    figure.get_by_role("button", name="Copied").wait_for()
    cited = page.evaluate("navigator.clipboard.readText()")
    assert cited.startswith("The trafficking_stats contributors, “Identification and prosecution: Denmark”")
    assert cited.endswith(f"3_gap.html#{figure.get_attribute('id')}")
    figure.get_by_role("link", name="Link").click()
    assert page.url.endswith(f"#{figure.get_attribute('id')}")


def test_paper_shows_what_a_screen_folds(open_page):
    page = open_page("DNK/2_reconciliation.html")
    fold = page.locator("details.explanation").first
    assert fold.get_attribute("open") is None
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert fold.get_attribute("open") is not None
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert fold.get_attribute("open") is None


def test_the_brief_is_one_page(open_page, site, tmp_path):
    from trafficking_stats.reporting.country import print_page

    printed = print_page((site / "DNK/brief.html").read_bytes())
    assert printed.startswith(b"%PDF")
    assert re.search(rb"/Count 1\b", printed)
    assert open_page("DNK/brief.html").locator("figure img").get_attribute("alt").startswith("Line chart")


def test_the_table_can_be_saved_as_csv(open_page):
    page = open_page("DNK/3_gap.html", accept_downloads=True)
    with page.expect_download() as waiting:
        page.locator(".out-table").get_by_role("link", name="CSV").click()
    assert waiting.value.suggested_filename == "DNK-Victims and convictions by year.csv"
    assert Path(waiting.value.path()).read_text().startswith("Year,Victims,Convictions\n2014,64,11\n")


def test_the_policy_blocks_what_is_injected(browser, site):
    context = browser.new_context()
    page = context.new_page()
    came, refused = [], []
    page.on("requestfinished", lambda request: came.append(request.url))
    page.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
    page.goto((site / "DNK/3_gap.html").as_uri())
    page.evaluate(
        """() => {
        const image = new Image(); image.src = "https://example.org/a.png"; document.body.append(image);
        const script = document.createElement("script"); script.textContent = "document.title = 'run'";
        document.body.append(script);
        }"""
    )
    page.wait_for_timeout(100)
    assert page.title() != "run"
    assert refused == [("https://example.org/a.png", "csp")]
    assert not [url for url in came if url.startswith("http")]
    context.close()


def test_the_page_prints_whole_on_a4(open_page, tmp_path):
    page = open_page("DNK/3_gap.html")
    page.pdf(path=tmp_path / "a.pdf", prefer_css_page_size=True)
    content = (tmp_path / "a.pdf").read_bytes()
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][\d.]* 84[12]", content)
    page.emulate_media(media="print")
    # The printable width of A4 within the margins of the style sheet, in CSS pixels.
    width = round((210 - 32) / 25.4 * 96)
    page.set_viewport_size({"width": width, "height": 1000})
    for part in (".masthead", ".contents", "details.code >> nth=0"):
        assert not page.locator(part).is_visible()
    for image in page.locator("figure img").all():
        box = image.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] < (297 - 36) / 25.4 * 96
        assert image.evaluate("i => getComputedStyle(i.closest('figure')).breakInside") == "avoid"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
