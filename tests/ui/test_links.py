"""What stays in the address on every page, and what is said once and for one page only."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from bnviz.ui import links


def script():
    import streamlit as st

    from bnviz.ui import links

    page = st.session_state.get("test.page", "one")
    came = links.arrived(page)
    if came:
        st.session_state[f"{page}.size"] = int(st.query_params.get("size", "3"))
    st.session_state.setdefault(f"{page}.size", 3)
    size = st.number_input("size", 1, 9, key=f"{page}.size", persist_state="session")
    links.write(page, {} if size == 3 else {"size": str(size)})
    st.text(f"{came} {size} {links.claim(page)} {sorted(links.kept().items())}")


def opened(**params: str) -> AppTest:
    app = AppTest.from_function(script)
    return visit(app, **params)


def visit(app: AppTest, page: str = "one", **params: str) -> AppTest:
    app.session_state["test.page"] = page
    app.query_params.clear()
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def address(app: AppTest) -> dict[str, str]:
    return {name: value[0] if isinstance(value, list) else value for name, value in app.query_params.items()}


def test_what_is_kept_survives_a_moved_control_and_another_page():
    app = opened(size="5", lesson="ravine.2", present="1")
    app.number_input[0].set_value(6).run()
    assert address(app) == {"size": "6", "lesson": "ravine.2", "present": "1"}
    visit(app, "two")
    assert address(app) == {"lesson": "ravine.2", "present": "1"}
    visit(app, "one")
    assert address(app) == {"size": "6", "lesson": "ravine.2", "present": "1"}


def test_another_value_of_what_is_kept_sets_no_control():
    app = opened(size="5", lesson="ravine.1")
    visit(app, size="5", lesson="ravine.2")
    assert app.text[0].value == "False 5 None [('lesson', 'ravine.2')]"


def test_going_back_to_an_address_without_it_drops_it():
    app = opened(size="5", lesson="ravine.1")
    visit(app, size="5")
    assert address(app) == {"size": "5"}


def test_a_link_from_another_page_may_bring_what_is_kept():
    app = opened(size="5", hide="data")
    visit(app, "two", lesson="why.1")
    assert address(app) == {"hide": "data", "lesson": "why.1"}


def test_a_claim_stays_with_its_page_only():
    app = opened(size="5", claim="A1")
    app.number_input[0].set_value(6).run()
    assert address(app) == {"size": "6", "claim": "A1"}
    visit(app, "two")
    assert address(app) == {}
    visit(app, "one")
    assert address(app) == {"size": "6", "claim": "A1"}
    visit(app, "one", size="6")
    assert address(app) == {"size": "6"}


def test_keep_sets_and_takes_away():
    app = AppTest.from_string(
        "from bnviz.ui import links\nimport streamlit as st\nlinks.arrived('one')\n"
        "links.keep('hide', 'data')\nlinks.keep('present', None)\nlinks.write('one', {})"
    )
    visit(app, present="1", lesson="why.1")
    assert address(app) == {"lesson": "why.1", "hide": "data"}


def by_hand():
    import streamlit as st

    from bnviz.ui import links

    page = "one"
    links.arrived(page)
    st.button("present", on_click=lambda: links.keep("present", "1"))
    st.button("leave", on_click=lambda: links.keep("present", None))
    links.write(page, {})
    st.text(str(links.kept()))


def test_what_a_callback_sets_counts_although_the_browser_still_sends_the_old_address():
    app = AppTest.from_function(by_hand).run()
    app.button[0].click().run()
    assert address(app) == {"present": "1"}
    app.button[1].click().run()
    assert address(app) == {}
    app.query_params["present"] = "1"  # the reader pastes it
    app.run()
    assert app.text[0].value == "{'present': '1'}"


def in_a_dialog():
    import streamlit as st

    from bnviz.ui import links

    st.button("present", on_click=lambda: links.keep("present", "1"))
    links.tell()
    st.text(str(st.query_params.to_dict()))


def test_a_fragment_tells_the_address_what_was_set():
    app = AppTest.from_function(in_a_dialog)
    app.query_params["size"] = "3"
    app.run()
    app.button[0].click().run()
    assert app.text[0].value == "{'size': '3', 'present': '1'}"


def test_a_slip_in_a_name_is_told_and_what_others_add_is_not():
    assert links.misspelt({"sed": "3", "fbclid": "x", "utm_source": "y", "seed": "1", "data.nam": "moons"}) == [
        "sed came; no setting has that name. Perhaps seed is meant."
    ]
