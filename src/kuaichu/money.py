"""Amounts are integer fen everywhere; yuan exist only on pages, in documents and in forms."""

from decimal import Decimal, InvalidOperation

from kuaichu.errors import Refused

MAX_AMOUNT_FEN = 10_000_000_000  # a hundred million yuan: beyond it a minor accident has a typing error


def yuan_text(amount_fen: int) -> str:
    """`123456` -> `1,234.56`."""
    sign, whole = ("-", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    return f"{sign}{whole // 100:,}.{whole % 100:02d}"


def parse_yuan(text: str) -> int:
    """The fen in a typed amount of yuan such as `1,234.5`, `１２３元` or `¥ 80`.

    Raises Refused when it is no amount, negative, has more than two decimals, or exceeds MAX_AMOUNT_FEN.
    """
    cleaned = text.translate(_FULL_WIDTH).strip().lstrip("¥").rstrip("元").replace(",", "").replace(" ", "")
    try:
        yuan = Decimal(cleaned)
    except InvalidOperation:
        raise Refused("money.unreadable", "请填写金额，例如 1280.50") from None
    if not yuan.is_finite() or yuan < 0:
        raise Refused("money.unreadable", "金额不能小于 0，请重新填写")
    fen = yuan * 100
    if fen != fen.to_integral_value():
        raise Refused("money.too_fine", "金额最多到分，请保留两位小数")
    if fen > MAX_AMOUNT_FEN:
        raise Refused("money.too_large", "金额太大了，请核对有没有多写零")
    return int(fen)


_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，￥", "0123456789.,¥")
