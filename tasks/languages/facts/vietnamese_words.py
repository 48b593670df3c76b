"""Everyday Vietnamese words that a draft must not turn into others, by the names that they have in every language."""

from __future__ import annotations

from itertools import starmap
from typing import Final

from tasks.languages.draft_facts import Fact


def _said(words: dict[str, str]) -> dict[str, Fact]:
    """Of words in the form "what the model is told | further words that say it; words that may stand for it".

    "what the model is told = pattern" where that by itself may mean another thing.
    """
    return dict(starmap(_fact, words.items()))


def _fact(name: str, words: str) -> tuple[str, Fact]:
    said, _, more = words.partition(";")
    told, _, pattern = said.partition(" = ")
    known = [pattern] if pattern else [word.strip() for word in said.split("|")]
    kept = [*known, *(word.strip() for word in more.split("|") if word.strip())]
    hint = (told if pattern else known[0]).strip()
    return name, Fact(rf"\b({'|'.join(known)})\b", rf"\b({'|'.join(kept)})\b", hint)


WORDS: Final = _said(
    {
        # illness
        "fever": "bị sốt | lên cơn sốt | sốt cao | sốt; sốt",
        "cough": "bị ho | ho nhiều; ho",
        "headache": "đau đầu | nhức đầu; đầu",
        "stomach ache": "đau bụng | đau dạ dày; bụng | dạ dày",
        "sore throat": "đau họng | viêm họng; họng",
        "dizzy": "chóng mặt; choáng | hoa mắt",
        "vomit": "nôn | ói; nôn mửa | mửa | oẹ",
        "diarrhoea": "tiêu chảy | đi ngoài",
        "pregnant": "có thai | mang thai | có bầu; bầu | thai",
        "allergic": "dị ứng",
        "diabetes": "tiểu đường | đái tháo đường",
        "blood pressure": "huyết áp",
        "surgery": "ca mổ | phẫu thuật; mổ | hoạt động | hoạt | vận hành | chiến dịch",
        "vaccine": "tiêm phòng | vắc xin | vắc-xin; tiêm | chủng | vaccine",
        "prescription": "đơn thuốc | toa thuốc; kê đơn | đơn | toa",
        "pharmacy": "hiệu thuốc | nhà thuốc | tiệm thuốc; dược",
        "antibiotics": "thuốc kháng sinh | kháng sinh",
        "painkiller": "thuốc giảm đau; giảm đau",
        "medicine": "thuốc = (?<!hút )thuốc(?! (lá|nổ|trừ|nhuộm|súng)); thuốc | y học | dược | y khoa",
        "hospital": "bệnh viện; viện",
        "doctor": "bác sĩ | bác sỹ; tiến sĩ | tiến sỹ",
        "nurse": "y tá | điều dưỡng",
        "dentist": "nha sĩ | nha sỹ; răng | nha",
        "blood": "máu; huyết",
        "infection": "nhiễm trùng; nhiễm | lây",
        "half a tablet": "nửa viên; nửa | 1/2",
        "tablets": r"viên thuốc = viên thuốc|(?<=\d )viên(?! (đạn|kẹo|gạch|đá|bi|chức|ngọc)); viên | thuốc | máy",
        "drops": r"\d+ giọt; giọt",
        "half a teaspoon": (
            "nửa thìa cà phê | nửa muỗng cà phê | nửa thìa | nửa muỗng; (nửa|1/2|0[.,]5) .{0,12}(thìa|muỗng)"
            " | (thìa|muỗng) .{0,10}nửa"
        ),
        "half a glass": "nửa ly | nửa cốc; (nửa|1/2|0[.,]5) .{0,6}(ly|cốc|chén)",
        "half a litre": "nửa lít; nửa | 1/2 | 0[.,]5 | 500",
        "teaspoon": "thìa cà phê | muỗng cà phê; thìa | muỗng",
        "on an empty stomach": "lúc bụng đói | khi đói; đói | bụng rỗng",
        "injection": "mũi tiêm | tiêm thuốc | chích thuốc; tiêm | chích",
        "trouble breathing": "khó thở; thở",
        "chest pain": "đau ngực | tức ngực; ngực",
        "faint": "ngất xỉu | bị ngất | ngất; xỉu | bất tỉnh",
        "left": "trái = (?<=(mắt|tai|tay) )trái|(?<=chân )trái|(?<=gối )trái; trái",
        "right": "phải = (?<=(mắt|tai|tay) )phải|(?<=gối )phải; phải",
        "wife": "vợ",
        "husband": "chồng = vợ chồng|chồng(?= (tôi|em|chị|cô|bà|mình)); chồng | ông xã",
        "asthma": "hen suyễn; hen | suyễn",
        "cancer": "ung thư",
        "ointment": "thuốc mỡ; mỡ | bôi",
        # ways and journeys
        "flight": "chuyến bay; bay",
        "airport": "sân bay; phi trường",
        "passport": "hộ chiếu; passport",
        "luggage": "hành lý | hành lí; va li | vali",
        "ticket": "vé; phiếu | giấy phạt",
        "bus": "xe buýt | xe bus; xe | buýt | bus",
        "taxi": "tắc xi | taxi; xe",
        "train": "tàu hỏa | tàu hoả | xe lửa; tàu | xe lửa | huấn luyện | luyện",
        "platform": "sân ga; ke | bục | nền tảng",
        "turn left": "rẽ trái | quẹo trái; trái",
        "turn right": "rẽ phải | quẹo phải; phải",
        "on the left": "bên trái | phía bên trái; trái",
        "on the right": "bên phải | phía bên phải; phải",
        "go straight": "đi thẳng | chạy thẳng; thẳng",
        "bridge": "cây cầu; cầu",
        "ferry": "phà; thuyền | tàu | đò",
        "motorbike": "xe máy | xe mô tô; mô tô | xe",
        "park": "đậu xe | đỗ xe; đậu | đỗ",
        "petrol": "xăng; nhiên liệu",
        "swim": "bơi",
        "lift": "thang máy; thang",
        "stairs": "cầu thang; thang | bậc",
        "reception": "quầy lễ tân | lễ tân; tiếp tân | tiếp đón | tiếp nhận",
        "hotel": "khách sạn; nhà nghỉ",
        "driving licence": "bằng lái xe | bằng lái | giấy phép lái xe; lái",
        # money and agreements
        "refund": "hoàn tiền | hoàn lại tiền | trả lại tiền; hoàn | trả lại | bồi hoàn",
        "deposit": "tiền đặt cọc | tiền cọc | đặt cọc; cọc | gửi",
        "rent": "tiền thuê nhà | tiền thuê; thuê",
        "receipt": "hóa đơn | hoá đơn | biên lai; biên nhận",
        "discount": "giảm giá; chiết khấu | giảm",
        "tax": "thuế",
        "salary": "tiền lương | lương; lương",
        "owe": "còn nợ | nợ tiền; nợ | hàm ơn | nhờ",
        "delivery": "giao hàng; giao | đưa | phát | chuyển | sinh | đỡ",
        "free of charge": "miễn phí; rảnh | tự do | không mất tiền | thoát | khỏi | trống",
        "contract": "hợp đồng; giao kèo",
        "appointment": "lịch hẹn | cuộc hẹn; hẹn | bổ nhiệm",
        "meeting": "cuộc họp | buổi họp; họp | gặp | hội nghị",
        "cancel": "hủy = (?<!phá )(?<!thiêu )(?<!tiêu )h[uủ][ỷy](?! (hoại|diệt)); hủy | huỷ | bãi bỏ",
        "postpone": "hoãn | dời lại; trì hoãn | dời | lùi",
        "pay": "trả tiền | thanh toán; trả | chi | nộp | đóng | thanh toán | lương | chú ý | chú | mua | tốn | đền",
        "bank": "ngân hàng; bờ | nhà băng",
        "cash": "tiền mặt; tiền",
        "insurance": "bảo hiểm",
        "interest rate": "lãi suất; lãi | tiền lời",
        "lawyer": "luật sư",
        "password": "mật khẩu",
        # eating
        "breakfast": "bữa sáng | ăn sáng; sáng | điểm tâm",
        "lunch": "bữa trưa | ăn trưa; trưa",
        "dinner": "bữa tối | ăn tối; tối | bữa",
        "milk": "sữa",
        "sugar": (
            "đường = (ăn|bỏ|cho|thêm|uống|ít|nhiều|gam|ký|kg|thìa|muỗng) đường|đường (kính|phèn|cát|trắng|nâu);"
            " đường | ngọt"
        ),
        "salt": "muối; mặn",
        "peanuts": "đậu phộng | hạt lạc; lạc",
        "shrimp": "con tôm | tôm; tép",
        "pork": "thịt lợn | thịt heo; heo | lợn",
        "beef": "thịt bò; bò",
        "chicken": "thịt gà | con gà; gà",
        "egg": "trứng",
        "fridge": "tủ lạnh; lạnh",
        "freeze": "đông đá | đông lạnh | đóng băng; đông | băng",
        "shake": "lắc đều | lắc chai; lắc",
        "chocolate": "sô cô la | sô-cô-la | socola; sôcôla",
        "alcohol": "uống rượu | rượu bia; rượu | cồn | bia",
        # danger
        "police": "cảnh sát | công an",
        "ambulance": "xe cứu thương | xe cấp cứu; cứu thương | cấp cứu",
        "emergency": "trường hợp khẩn cấp | khẩn cấp; cấp cứu | khẩn",
        "accident": "tai nạn; vô tình | tình cờ | sự cố",
        "dangerous": "nguy hiểm; hiểm",
        "poisonous": "có độc | chất độc; độc",
        "key": (
            "chìa khóa | chìa khoá; chìa | khóa | khoá | then chốt | chính | mấu chốt | quan trọng | chủ chốt | phím"
        ),
        "locked": "bị khóa | đã khóa; khóa | khoá | nhốt",
        # days and hours
        "next week": "tuần sau | tuần tới; tới | sau | kế tiếp",
        "last week": r"tuần trước | (?<!\d )tuần rồi | tuần vừa rồi; trước | qua | rồi",
        "next month": "tháng sau | tháng tới; tới | sau | kế tiếp",
        "last month": r"tháng trước | (?<!\d )tháng rồi | tháng vừa rồi; trước | qua | rồi",
        "this morning": "sáng nay; sáng",
        "tonight": "tối nay | đêm nay; tối | đêm | khuya",
        "the day after tomorrow": "ngày kia | ngày mốt; kia | mốt",
        "the day before yesterday": "hôm kia; kia | kìa",
        "noon": "giữa trưa | 12 giờ trưa; trưa | 12",
        "midnight": "nửa đêm; đêm | 12",
        "every other day": "cách ngày | hai ngày một lần | 2 ngày một lần; ngày",
        # denials and limits
        "don't": "đừng; không | chớ | cấm | chẳng | tránh | khỏi | ngừng | thôi",
        "before": r"trước = trước(?= (\d|khi ăn|khi ngủ|bữa)); trước | chưa | đến | tới",
        "after": r"sau = sau(?= (\d|khi ăn|bữa)); sau | rồi | khi | xong | từ | hậu",
        "minus": r"âm = âm(?= #); âm | dưới | trừ | -\d+",
        "more than": "hơn = (?<!không )(hơn|trên|quá)(?= #); hơn | trên | quá | vượt | nhiều | ngoài | trở lên",
        "please": "nhé | nha; .",
        "told": (
            "dặn = dặn|khuyên|bảo(?= (tôi|là|rằng|anh|chị|em|con|cháu|mình|chúng|phải|nên|đừng|không|uống));"
            " nói | kể | cho biết | yêu cầu | báo | ra lệnh | nhắc"
        ),
        "nobody": (
            "không ai | không có ai | chẳng ai; (không|chẳng|chả|chưa|đâu)( có)?( một)? (ai|người nào|một ai|"
            "bất cứ ai|bất kỳ ai|bất kì ai)|ai .{0,30}(không|chẳng|đâu|chưa)|chưa ai"
        ),
        "never": (
            "chưa bao giờ | không bao giờ | chưa từng | không hề; chưa hề | bao giờ | chẳng hề |"
            " không khi nào | chưa lần nào | đừng | không thể nào"
        ),
        "must not": (
            "không được = không được(?= (phép|ăn|uống|đi|lái|hút|dùng|để|vào|mang|nói|chạm|tắm|làm|cho|ra|gọi|"
            "chụp|đậu|đỗ|mở|quên|trễ|muộn|quá|trả|đến|nâng|tập|bơi|ngủ|chạy|hủy|bỏ|tự)); không được | đừng |"
            " cấm | không phép | chớ | không thể | chẳng được | không bao giờ được"
        ),
        "last night": "đêm qua | tối qua; qua | hôm qua",
        "neither": "cả hai đều không; không | chẳng | chưa",
        "less than": r"dưới \d+ | ít hơn | chưa đến | chưa tới; dưới | kém | chưa | nhỏ hơn | thấp hơn | không | hơn",
        "since": "kể từ; từ | vì | do | bởi | nên | đã",
        "until": "cho đến khi; đến | tới | mãi | trước khi | khi | cho | chừng",
    }
)
