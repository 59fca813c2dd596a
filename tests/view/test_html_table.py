from nbdoctor.view.blocks import Lead, Table
from nbdoctor.view.html_table import drawn_table, without_blind_leads

LEADING = Table(
    caption="Layers",
    header=("layer", "parameters"),
    rows=(("dense", "10"), ("out", "3")),
    leads=((Lead(text="histograms", anchor="nbd-0123456789"),), ()),
    leads_title="look at",
)


def test_a_lead_stays_where_its_place_is_there() -> None:
    page = drawn_table(LEADING) + '<div id="nbd-0123456789">Histograms</div>'
    assert without_blind_leads(page) == page


def test_a_column_goes_whose_leads_lead_nowhere() -> None:
    left = without_blind_leads(drawn_table(LEADING))
    assert "look at" not in left
    assert "histograms" not in left
    assert left.count("<th ") == 4  # two of columns, two of rows
    assert left.count("<td") == 2
    assert "10" in left


def test_other_tables_keep_their_columns() -> None:
    page = drawn_table(Table(caption="Layers", header=("layer", ""), rows=(("dense", ""),)))
    assert without_blind_leads(page) == page
