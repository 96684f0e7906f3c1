"""The system's browser is there and draws."""


def test_the_browser_draws_a_page(chromium):
    page = chromium.new_page()
    page.set_content("<title>Ebb</title><h1>Relief</h1>")
    assert page.title() == "Ebb"
    assert page.get_by_role("heading", name="Relief").is_visible()
    page.close()
