"""What drafts into and from Vietnamese must not change."""

from __future__ import annotations

from typing import Final

from tasks.languages.draft_facts import NOT, Denials, DraftFacts, Fact
from tasks.languages.facts.vietnamese_words import WORDS

_DAYS: Final = {
    "Monday": "hai|2", "Tuesday": "ba|3", "Wednesday": "tư|bốn|4", "Thursday": "năm|5", "Friday": "sáu|6",
    "Saturday": "bảy|bẩy|7",
}  # fmt: skip
_MONTHS: Final = {
    "January": "một|giêng|1", "February": "hai|2", "March": "ba|3", "April": "tư|bốn|4", "May": "năm|5",
    "June": "sáu|6", "July": "bảy|bẩy|7", "August": "tám|8", "September": "chín|9", "October": "mười(?! (một|hai))|10",
    "November": "mười một|11", "December": "mười hai|chạp|12",
}  # fmt: skip
_ASKS: Final = r"(\s(vậy|ạ|hả|nhỉ|thế|à|em|anh|chị|ông|bà|con|cháu|bạn|cậu|mày|nào|các bạn|mọi người))*\s*"

_ON: Final = "(hôm|ngày|sáng|trưa|chiều|tối|đêm|vào|từ|đến|tới|trước|sau|nghỉ|mỗi|sang)"
"""Words before a weekday: "thứ ba" by itself is the third of something as well."""

_WHICH: Final = "(này|tới|tuần|sau|vừa rồi|lúc|hàng tuần|hằng tuần)"
"""Words after one."""


_HALVED: Final = "(triệu|nghìn|ngàn|tỷ|viên|thìa|muỗng|ly|cốc|lít|kg|ký|kí|cân|mét|cây số|năm|tháng|tuần|ngày)"


def _capitals(words: str) -> str:
    return "|".join(word.capitalize() for word in words.split("|") if word.isalpha())


_NAME: Final = r"(?-i:(?<=\w )[A-Z][a-z]+|\bTom\b|\bMary\b)"

FACTS: Final = DraftFacts(
    denials=Denials(
        said=r"\b(không|chưa|chẳng|chả|đừng|chớ)\b",
        idle=(
            r"\bkhông (khí|gian|quân|lưu|phận|trung|lực|dây|chỉ|những|biết chừng|kém|ngừng)\b"
            r"|\b(hàng|khoảng|trên|bầu|số|hay|sao|có phải|phải|đúng|được) không\b|\bhay chưa\b"
            rf"|\b(không|chưa){_ASKS}(?=[?,]|[.!\s]*$)|\bcó [^.?!]{{1,60}} không\b(?=[^\w]|$)"
            r"|\bkhông thể không\b|\bkhông [^.?!]{1,30} nữa\b(?=.*\?)"
        ),
        kept=(
            r"\b(vô|thiếu|mất|khó|hiếm|ít|trừ|ngoại trừ|thất bại|từ chối|cấm|tránh|miễn|ngừng|dừng|hết|bất|"
            r"phi|ngoài|thôi|khỏi|tối đa|nhiều nhất|sao|phủ nhận|ngăn|bỏ|kẻo|làm gì|gì đâu|đâu|trống|thay vì|chỉ|mới|"
            r"nổi|ghét|quên|kém|trái|lạ)\b"
        ),
    ),
    facts={
        "dollar": Fact(
            r"\$|\busd\b|\bđô[ -]?la\b|\bđôla\b|# ?đô\b", r"\$|\busd\b|\bđô\b|\bđôla\b|\bdollars?\b|\bmỹ kim\b"
        ),
        "cent": Fact(r"# ?(xu|cent)\b|¢", r"\b(xu|cent|cents)\b|¢"),
        "euro": Fact(r"€|\beuro\b|\beur\b|\bơ-?rô\b"),
        "dong": Fact(r"₫|# ?(đồng|đ|vnđ|vnd)\b|\bvnđ?d?\b", r"₫|\bđồng\b|\bvn[đd]\b|\dđ\b|# ?đ\b"),
        "yen": Fact(r"¥|# ?(yên|yen)\b", r"¥|\b(yên|yen)\b"),
        "pound": Fact(r"£|# ?(bảng anh|pound)\b", r"£|\b(bảng|pound|pao|cân)\b"),
        "percent": Fact(r"%|\bphần trăm\b"),
        "kilogram": Fact(
            r"# ?(kg|kí|ký|cân|ki-?lô-?gam|kilogam|ki-?lô)\b", r"\b(kg|kí|ký|cân|ki-?lô\w*|kilo\w*)\b|\dkg"
        ),
        "gram": Fact(r"# ?(g|gam|gram)\b", r"\b(g|gam|gram)\b|\dg\b"),
        "milligram": Fact(r"# ?(mg|mi-?li-?gam|miligram|milligram)\b", r"\b(mg|mi-?li-?gam|mill?igram)\b|\dmg"),
        "millilitre": Fact(r"# ?(ml|mi-?li-?lít)\b", r"\b(ml|cc|phân khối|mi-?li-?lít)\b|\dml"),
        "litre": Fact(r"# ?(l|lít)\b", r"\b(l|lít)\b|\dl\b"),
        "kilometre": Fact(r"# ?(km|ki-?lô-?mét|cây số)\b", r"\b(km|ki-?lô-?mét|kilomet|cây số|cây)\b|\dkm"),
        "metre": Fact(r"# ?(m|mét)\b", r"\b(m|mét)\b|\dm\b"),
        "centimetre": Fact(r"# ?(cm|xăng-?ti-?mét|phân)\b", r"\b(cm|xăng-?ti-?mét|centimet|phân)\b|\dcm"),
        "mile": Fact(r"# ?dặm\b", r"\b(dặm|mile|miles)\b"),
        "degree": Fact(r"°|# ?độ\b", r"°|\bđộ\b"),
        "second": Fact(r"# ?giây\b", r"\bgiây\b"),
        "minute": Fact(r"# ?phút\b", r"\bphút\b"),
        "hour": Fact(
            r"# ?(tiếng(?! (hét|kêu|nói|động|súng|nổ|anh|việt|pháp))|giờ đồng hồ)\b|\bnửa tiếng\b",
            r"\b(tiếng|giờ|h)\b|\dh\b",
        ),
        "day": Fact(r"# ?ngày\b(?! ?\d)", r"\b(ngày|hôm|đêm)\b"),
        "week": Fact(r"# ?tuần\b", r"\btuần\b"),
        "month": Fact(r"# ?tháng\b(?! ?(\d|giêng|một|hai|ba|tư|năm|sáu|bảy|bẩy|tám|chín|mười|chạp))", r"\btháng\b"),
        "year": Fact(r"# ?năm\b(?! ?(\d|nay|ngoái|sau|trước))", r"\b(năm|tuổi|niên|thập kỷ|thế kỷ)\b"),
        "in the morning": Fact(
            r"# ?(giờ|h)( rưỡi| kém #| #)?( phút)? sáng\b|\bsáng (nay|mai|qua|hôm qua)\b", r"\b(sáng|am)\b"
        ),
        "later than noon": Fact(
            r"# ?(giờ|h)( rưỡi| kém #| #)?( phút)? (chiều|tối|đêm)\b",
            r"\b(chiều|tối|đêm|trưa|khuya|pm|1[2-9]|2[0-3])\b",
        ),
        "half": Fact(
            r"\brưỡi\b|\bnửa (tiếng|giờ|viên|năm|tháng|ngày|thìa|muỗng|ly|cốc|ký|kí|cân|lít)\b",
            r"\b(rưỡi|nửa)\b|30|[.,]5\b|1/2|\bba mươi\b",
        ),
        "quarter": Fact(r"\bmột phần tư\b", r"\b(phần tư|mười lăm|quý)\b|15|45"),
        "tablet": Fact(r"# ?viên\b(?! (đạn|kẹo|gạch|đá|bi|chức|ngọc))|\b(uống|dùng) nửa viên\b", r"\b(viên|thuốc)\b"),
        "times": Fact(r"# lần\b(?! (hơn|nữa|thứ))", r"\b(lần|lượt|liều|gấp)\b"),
        "a day": Fact(r"\blần (một|mỗi|1|trong) ngày\b|\b(mỗi|một) ngày # ?lần\b", r"\b(ngày|hôm|sáng|tối)\b"),
        "before meals": Fact(r"\btrước (khi|bữa) ăn\b", r"\btrước\b"),
        "after meals": Fact(r"\bsau (khi|bữa) ăn\b", r"\b(sau|xong)\b"),
        "at least": Fact(r"\bít nhất\b|\btối thiểu\b", r"\b(ít nhất|tối thiểu|trở lên|ít ra|chí ít|không dưới)\b"),
        "at most": Fact(
            r"\btối đa\b|\bkhông quá #",
            r"\b(nhiều nhất|tối đa|quá|hơn|không nhiều|vượt|trong vòng|cùng lắm|trở xuống)\b",
        ),
        "he": Fact(
            r"\b(anh|ông|cậu|chú|bác) (ấy|ta)\b|\bhắn\b",
            rf"\b((anh|ông|cậu|chú|bác|thầy|em|người|bạn|bé|cháu|con|gã|đứa) (ấy|ta|này|đó|kia|trai)"
            rf"|hắn|nó|y|gã|ổng|ảnh|bố|ba|cha|chồng|ông|thầy|cậu|chú|bé|cháu|ai|bác sĩ|người)\b|{_NAME}",
            "anh ấy",
        ),
        "she": Fact(
            r"\b(cô|chị|bà) (ấy|ta)\b|\bcổ\b",
            rf"\b((cô|chị|bà|em|người|bạn|bé|cháu|con|đứa) (ấy|ta|này|đó|kia|gái)|nó|ả|nàng|bả|cổ|chỉ"
            rf"|mẹ|má|vợ|bà|cô|bé|cháu|ai|bác sĩ|người|y tá)\b|{_NAME}",
            "cô ấy",
        ),
        "tomorrow": Fact(r"\b(ngày|sáng|trưa|chiều|tối) mai\b", r"\b(mai|hôm sau|ngày sau)\b", "ngày mai"),
        "yesterday": Fact(r"\b(hôm|tối|đêm|sáng|chiều) qua\b", r"\b(qua|trước)\b", "hôm qua"),
        "today": Fact(r"\bhôm nay\b", r"\b(nay|hiện|này|bây giờ|giờ)\b"),
        **{
            day: Fact(
                rf"\b({_ON} thứ ({word})|(?-i:[Tt]hứ ({_capitals(word)}))|thứ ({word})(?= {_WHICH}))\b(?!-)"
                rf"|^thứ ({word})\b",
                rf"\b(thứ ?({word})|t[2-7])\b",
                f"thứ {_capitals(word).partition('|')[0]}",
            )
            for day, word in _DAYS.items()
        },
        "Sunday": Fact(r"\b(chủ|chúa) nhật\b", hint="Chủ nhật"),
        **{
            month: Fact(rf"\btháng ({word})\b(?![-/]| lần)", rf"\b(tháng )?({word})\b", f"tháng {number}")
            for number, (month, word) in enumerate(_MONTHS.items(), 1)
        },
    },
    words=WORDS,
    pointed={
        NOT: "không", "dollar": "đô la", "cent": "xu", "euro": "euro", "dong": "đồng", "yen": "yên",
        "percent": "phần trăm", "kilogram": "kg", "gram": "gam", "milligram": "mg", "millilitre": "ml",
        "litre": "lít", "kilometre": "km", "metre": "mét", "centimetre": "cm", "mile": "dặm", "degree": "độ",
        "second": "giây", "minute": "phút", "hour": "tiếng", "day": "ngày", "week": "tuần", "month": "tháng",
        "year": "năm", "in the morning": "sáng", "half": "nửa", "tablet": "viên", "times": "lần",
        "a day": "mỗi ngày", "before meals": "trước bữa ăn", "after meals": "sau bữa ăn", "at least": "ít nhất",
        "at most": "tối đa", "today": "hôm nay",
    },
    plainer=(
        (r"\b(?:một|1) (?:tiếng|giờ đồng hồ)(?: đồng hồ)? rưỡi\b", "1 giờ 30 phút"),
        (r"\b(\d+) (?:tiếng|giờ đồng hồ)(?: đồng hồ)? rưỡi\b", r"\1 giờ 30 phút"),
        (r"\bnửa (?:tiếng|giờ)(?: đồng hồ)?\b", "30 phút"),
        (rf"\b(\d+) {_HALVED} rưỡi\b", r"\1,5 \2"),
        (rf"\bmột {_HALVED} rưỡi\b", r"1,5 \1"),
        (r"\b(\d+) (triệu|tỷ|tỉ) (\d)\b(?![.,]?\d| (?:trăm|mươi|nghìn|ngàn|lần|người|đồng))", r"\1,\3 \2"),
        (r"\b(\d+) mét (\d\d)\b", r"\1,\2 mét"),
        (r"\b(\d+) (?:ký|kí|kg|cân) (\d)\b(?! (?:lạng|g|gam)\b)", r"\1,\2 kg"),
        (r"\bcây số\b", "km"),
        (r"(?<=\d) (?:ký|kí|cân)\b", " kg"),
        (r"(?<=\d) xăng-? ?ti-? ?mét\b|(?<=\d) phân\b", " cm"),
    ),
    clock=((r"(\w+) giờ rưỡi", 30), (r"(\w+) giờ kém (\d+|năm|mười)(?: phút)?", -1)),
    counted=(
        r" (người|viên|lần|tiếng|giờ|ngày|tuần|tháng|đứa|cái|con|chiếc|quyển|cuốn|phòng|ly|cốc|chai|hộp|gói|bức|quả"
        r"|trái|tòa|toà|căn|ngôi|cây|bữa|phút|giây|km|mét|lít|kí|ký|cân|đồng|đô|triệu|nghìn|ngàn|tỷ|trường|nước"
        r"|thành phố|muỗng|thìa|giọt|loại|bài|câu|tờ|tấm|vé|chuyến|bên|phần|bước|hàng)\b"
    ),
)  # fmt: skip
