"""How pictures and sentences write numbers: in Python, and as expressions that Vega evaluates in the browser."""

from __future__ import annotations

import math

SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"


def power(value: float, digits: int = 2) -> str:
    """A number as "1.4·10⁸"."""
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}·10{superscript(int(exponent))}".replace("-", "−")


def superscript(exponent: int) -> str:
    """A whole number in raised figures."""
    return ("⁻" if exponent < 0 else "") + "".join(SUPERSCRIPTS[int(digit)] for digit in str(abs(exponent)))


def number(value: float, digits: int = 2) -> str:
    """A number with that many significant digits: "0.98", "−1.2", "140", "7.4·10³", "3.0·10⁻⁴"."""
    size = abs(value)
    if not math.isfinite(value):
        return "—"
    if size == 0:
        return "0"
    if size >= 1000 or size < 0.001:
        return power(value, digits)
    decimals = max(0, digits - 1 - math.floor(math.log10(float(f"{size:.{digits - 1}e}"))))
    return f"{value:.{decimals}f}".replace("-", "−")


def plain_number(value: float) -> str:
    """A number without trailing zeros, with a true minus: "0.25", "−3", "1·10⁻⁵"."""
    mantissa, far, exponent = f"{value:g}".partition("e")
    return (mantissa + (f"·10{superscript(int(exponent))}" if far else "")).replace("-", "−")


def brief(value: float) -> str:
    """A number with at most three significant digits and no zeros that say nothing: "0.0625", "4", "6.1·10⁻⁵"."""
    said, raised, exponent = number(value, 3).partition("·")
    return (said.rstrip("0").rstrip(".") if "." in said else said) + raised + exponent


def loss_text(value: float) -> str:
    """A loss, with three significant digits."""
    return number(value, 3)


def percent(share: float) -> str:
    """A share: "12 %", "0.4 %", "98.9 %"; figures that say something about both ends. The sign stays with them."""
    if not math.isfinite(share):
        return "—"
    near = min(share, 1 - share)
    if 0 < near < 0.0005:
        return "under 0.1\u00a0%" if share < 0.5 else "over 99.9\u00a0%"
    return f"{100 * share:.1f}\u00a0%" if 0 < near < 0.095 else f"{100 * share:.0f}\u00a0%"


def number_expr(value: str, digits: int = 2) -> str:
    """`number` as a Vega expression."""
    size, exponent = f"abs({value})", f"floor(log(abs({value}) * {1 + 0.5 * 10**-digits:g}) / LN10)"
    # The factor lets 0.9996 count as 1.0, as it will be written.
    raised = superscript_expr(f"({exponent})")
    large = f"format({value} / pow(10, {exponent}), '.{digits - 1}f') + '·10' + {raised}"
    places = f"clamp({digits - 1} - {exponent}, 0, 5)"
    return (
        f"!isValid({value}) ? '—' : {value} == 0 ? '0' : {size} >= 1000 || {size} < 0.001 ? {large}"
        f" : replace(format({value}, '.' + {places} + 'f'), '-', '−')"
    )


def tick_expr(value: str = "datum.value") -> str:
    """A tick of an axis as a Vega expression: "8", "−0.5", "2·10⁴"."""
    exponent = f"round(log(abs({value})) / LN10 - 0.3)"
    large = f"format({value} / pow(10, {exponent}), '~r') + '·10' + {superscript_expr(f'({exponent})')}"
    return f"abs({value}) >= 10000 ? {large} : replace(format({value}, '~r'), '-', '−')"


def percent_expr(share: str) -> str:
    """`percent` as a Vega expression, with whole numbers above 9.5 %."""
    return f"format(100 * {share}, {share} > 0 && {share} < 0.095 ? '.1f' : '.0f') + '\u00a0%'"


def superscript_expr(whole: str) -> str:
    """`superscript` as a Vega expression; at most two figures."""

    def figure(digit: str) -> str:
        return f"substring('{SUPERSCRIPTS}', {digit}, {digit} + 1)"

    tens, ones = f"floor(abs({whole}) / 10)", f"abs({whole}) % 10"
    return f"({whole} < 0 ? '⁻' : '') + ({tens} > 0 ? {figure(tens)} : '') + {figure(ones)}"
