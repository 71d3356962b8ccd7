"""Cards as HTML: what they are made of is drawn, the rest is plain text."""

from __future__ import annotations

from luthier.web.card_text import card_markup


def test_tables_and_lists_and_code_are_drawn():
    markup = card_markup("## Scores\nOn `9` rows:\n\n| score | value |\n|---|---|\n| AUC | 0.9 |\n\n- one\n- two")

    assert markup == (
        "<h3>Scores</h3><p>On <code>9</code> rows:</p>"
        '<div class="scroll"><table><thead><tr><th scope="col">score</th><th scope="col">value</th></tr></thead>'
        '<tbody><tr><th scope="row">AUC</th><td>0.9</td></tr></tbody></table></div>'
        "<ul><li>one</li><li>two</li></ul>"
    )


def test_markup_in_a_card_becomes_text():
    markup = card_markup("# <b>\n\n- <i>x</i> `<code>`\n\n| <u> |\n|---|\n\n[a](javascript:alert(1))")

    assert not set("biu") & {tag for tag in ("b", "i", "u") if f"<{tag}>" in markup}
    assert "<a" not in markup
    assert "&lt;b&gt;" in markup
