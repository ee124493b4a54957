"""Questions that were put aside when the persona was written, and how a recogniser may mishear them.

English was read by espeak's English voices and heard by pocketsphinx. Elsewhere a quarter of the words, or a
fifth of the characters, was exchanged for ones that sound alike, or left out.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from visavis.media import Language


class Heard(NamedTuple):
    """What was said, the entry that it means, and what a recogniser may make of it."""

    language: Language
    meant: str
    said: str
    misheard: str


HEARD: Sequence[Heard] = (
    Heard("en", "hello", "hello my friend", "hello my friend"),
    Heard("en", "how are you", "are you having a good day", "are you coming up all day"),
    Heard("en", "name", "what shall i call you", "what hillary college"),
    Heard("en", "thanks", "perfect thank you", "perfect thank you"),
    Heard("en", "time", "what time do we have now", "what time do we come out"),
    Heard("en", "joke", "tell me one of your jokes", "tell me one of your jokes"),
    Heard("en", "repeat", "can you please repeat your answer", "can you please repeat your endure"),
    Heard("en", "robot", "are you a living human", "ah you a living human"),
    Heard(
        "en", "languages", "what languages are there to choose from", "what language in on it you throw 'em"
    ),
    Heard(
        "en",
        "change language",
        "please change your language to spanish",
        "please change your language to fetish",
    ),
    Heard("en", "register avatar", "how can i add my own avatar", "how can i have my one of the top"),
    Heard("en", "register avatar", "i would like to upload my photo", "i would like to upload my photo"),
    Heard(
        "en", "good photo", "what kind of portrait is good enough", "what kind of color trick is guilty of"
    ),
    Heard("en", "voices", "how do i choose a different voice", "how'd you like you have different voice"),
    Heard(
        "en",
        "consent",
        "do people have to agree to their picture being used",
        "you people have planned return epic you're being used",
    ),
    Heard("en", "privacy", "is my voice sent to a company", "is my boy said to a company"),
    Heard("en", "privacy", "do you keep recordings of me", "do you keep recording zombie"),
    Heard("en", "delete data", "how do i delete all of it", "how do i delete all of it"),
    Heard("en", "gpu", "how strong must my graphics card be", "how strong was my graphics colored three"),
    Heard("en", "gpu", "can a normal computer run this", "come on normal computer on race"),
    Heard("en", "latency", "how fast can you respond", "how fast can you respond"),
    Heard("en", "interrupt", "how can i cut you short", "how can like a few short"),
    Heard("en", "talk to you", "must i press a button before i speak", "but i press a button before i speak"),
    Heard(
        "en",
        "make a video",
        "can i make a talking video out of a text file",
        "can i make i thought it read aloud about six miles",
    ),
    Heard(
        "en",
        "licence",
        "may companies use this software commercially",
        "many companies use the software commercially",
    ),
    Heard("en", "price", "how much do i pay for this", "how much you like title of this"),
    Heard("en", "price", "is there a free version", "is there a three legged"),
    Heard(
        "en", "comparison", "how do you compare with other systems", "how do you compare with other systems"
    ),
    Heard(
        "en", "api", "where do i find the api documentation", "where do i find the ideal idol que monday for"
    ),
    Heard(
        "en", "language model", "can i connect my own language model", "can i connect my own language novel"
    ),
    Heard("en", "own persona", "how do i change the script", "how do i change that creep"),
    Heard("en", "lip sync", "how do your lips know what to do", "how do we only that's not what the view"),
    Heard("en", "install", "how do i set up the server", "come to light and darkness in there"),
    Heard("en", "offline", "can it run without the internet", "can it run without the internet"),
    Heard("en", "phone", "can my phone show this page", "camacho show the state"),
    Heard("en", "what is visavis", "what does this program do", "what does this program to"),
    Heard("es", "hello", "hola amigo", "ula amigo"),
    Heard("es", "how are you", "estás teniendo un buen día", "estás teniendo un buen tía"),
    Heard("es", "name", "cómo debo llamarte", "cómo debo yamarti"),
    Heard("es", "time", "qué hora tenemos ahora", "qué ura tenemos ahora"),
    Heard("es", "joke", "dime uno de tus chistes", "dime uno ti tus chistes"),
    Heard("es", "robot", "eres un ser humano vivo", "eres un ser humano bivu"),
    Heard("es", "languages", "qué idiomas se pueden elegir", "qué itiumas se pueden elegir"),
    Heard("es", "change language", "cambia tu idioma a inglés", "cambia idioma a inglés"),
    Heard("es", "register avatar", "cómo añado mi propio avatar", "sómu añado mi propio avatar"),
    Heard("es", "voices", "cómo escojo otra voz", "cómo issojo otra voz"),
    Heard("es", "privacy", "se envía mi voz a una empresa", "se imvía mi bos a una empresa"),
    Heard("es", "delete data", "cómo lo borro todo", "sómu lo borro todo"),
    Heard("es", "gpu", "un ordenador normal puede con esto", "un ordenador murmal puede con istu"),
    Heard("es", "latency", "cómo de rápido respondes", "cómo de rápido rispontes"),
    Heard("es", "interrupt", "cómo puedo cortarte", "cómo puito cortarte"),
    Heard(
        "es",
        "licence",
        "las empresas pueden usarlo comercialmente",
        "las empresas pueden usarlo cumercialmemte",
    ),
    Heard("es", "price", "cuánto tengo que pagar por esto", "cuánto tingu que pagar pur esto"),
    Heard("es", "api", "dónde está la documentación de la api", "dónde está la dusumentación de api"),
    Heard(
        "es",
        "language model",
        "puedo conectar mi propio modelo de lenguaje",
        "puedo cunictar mi prupio modelo de lenguaje",
    ),
    Heard("es", "install", "cómo pongo en marcha el servidor", "cómo pongo im marcha il servidor"),
    Heard("es", "offline", "puede ir sin internet", "puite ir sin internet"),
    Heard("es", "phone", "se ve en mi teléfono esta página", "se bi en mi tiléfomo esta página"),
    Heard("zh", "hello", "你好我的朋友", "尼好我的朋友"),
    Heard("zh", "how are you", "你今天心情好吗", "尼今天心情好吗"),
    Heard("zh", "name", "我应该怎么称呼你", "我应该怎么称呼尼"),
    Heard("zh", "time", "现在是几点几分", "现在事几点几分"),
    Heard("zh", "joke", "讲一个你的笑话", "讲一个你的校话"),
    Heard("zh", "robot", "你是活着的人吗", "尼是活着的人吗"),
    Heard("zh", "languages", "有哪些语言可以选择", "有哪些语言可以选责"),
    Heard("zh", "change language", "请把语言换成西班牙语", "请把语言还城西班牙语"),
    Heard("zh", "register avatar", "怎么添加我自己的形象", "怎么天加我自己的型象"),
    Heard("zh", "voices", "怎么选择别的声音", "怎么选择别的声因"),
    Heard("zh", "privacy", "我的声音会发给公司吗", "我的生音会发给工司吗"),
    Heard("zh", "delete data", "怎么全部删除", "怎么全部山除"),
    Heard("zh", "gpu", "普通电脑能运行这个吗", "普通店闹能运行这个吗"),
    Heard("zh", "latency", "你反应有多快", "你反应有夺快"),
    Heard("zh", "interrupt", "我怎么让你停下来", "我怎么让尼停下来"),
    Heard("zh", "licence", "公司可以拿来商用吗", "公思可以拿来商用吗"),
    Heard("zh", "price", "我要为这个付多少钱", "我要为这个付多烧钱"),
    Heard("zh", "api", "接口文档在哪里找", "接扣文档在哪里找"),
    Heard("zh", "language model", "能接我自己的语言模型吗", "能街我自己的语研模型吗"),
    Heard("zh", "install", "服务器怎么启动", "服务器怎么启动"),
    Heard("zh", "offline", "不联网能运行吗", "不联往能运行吗"),
    Heard("zh", "phone", "我的手机能打开吗", "我的手鸡能打开吗"),
    Heard("fa", "hello", "سلام دوست من", "صلم دوست من"),
    Heard("fa", "how are you", "امروز حالت خوب است", "امروز حلط خوب است"),
    Heard("fa", "name", "تو را چه صدا کنم", "تو را چه صدا گنم"),
    Heard("fa", "time", "الان ساعت چند شده", "الان ساعت چند شتح"),
    Heard("fa", "joke", "یکی از جوک\u200cهایت را بگو", "یکی از جوک\u200cهایت را پگ"),
    Heard("fa", "robot", "تو انسان زنده هستی", "تو انسان زنده حصتی"),
    Heard(
        "fa",
        "languages",
        "چه زبان\u200cهایی می\u200cشود انتخاب کرد",
        "چه زبان\u200cهایی می\u200cشت انتخاب کرد",
    ),
    Heard("fa", "change language", "زبانت را به انگلیسی تغییر بده", "ذبانط را به نگلیصی تغییر بده"),
    Heard("fa", "register avatar", "چطور آواتار خودم را اضافه کنم", "چتر آواتار ختم را اضافه کنم"),
    Heard("fa", "voices", "چطور صدای دیگری انتخاب کنم", "چطور صدای دیگری انتخاب گنم"),
    Heard("fa", "privacy", "صدای من به شرکتی فرستاده می\u200cشود", "ستای من به شرکتی فرصتادح می\u200cشود"),
    Heard("fa", "delete data", "چطور همه را حذف کنم", "چطور همه را هذف کنم"),
    Heard(
        "fa",
        "gpu",
        "رایانه معمولی می\u200cتواند این را اجرا کند",
        "رایانه معمولی می\u200cتواند این را جرا گنت",
    ),
    Heard("fa", "latency", "چقدر سریع جواب می\u200cدهی", "چغتر سریع جواب می\u200cدهی"),
    Heard("fa", "interrupt", "چطور وسط حرفت بپرم", "چطور وسط هرفط بپرم"),
    Heard(
        "fa",
        "licence",
        "شرکت\u200cها می\u200cتوانند تجاری استفاده کنند",
        "شرکت\u200cها می\u200cتوانند طجری استفاده کنند",
    ),
    Heard("fa", "price", "برای این چقدر باید بپردازم", "برای ین چقدر باید بپردازم"),
    Heard("fa", "api", "مستندات API را کجا پیدا کنم", "مستندات را گج پیدا کنم"),
    Heard(
        "fa",
        "language model",
        "می\u200cتوانم مدل زبانی خودم را وصل کنم",
        "می\u200cتوانم مدل زبانی خودم را سل گنم",
    ),
    Heard("fa", "install", "سرور را چطور راه\u200cاندازی کنم", "صرر را چطور راه\u200cاندازی کنم"),
    Heard("fa", "offline", "بدون اینترنت اجرا می\u200cشود", "بدون اینترنت اجرا می\u200cشت"),
    Heard("fa", "phone", "این صفحه روی گوشی من می\u200cآید", "ین صفحه روی گشی من می\u200cآید"),
)

STRANGE: Mapping[Language, Sequence[str]] = {
    "en": (
        "how many people live in china",
        "can you drive a car",
        "what is the square root of nine",
        "where can i buy bread",
        "who painted the mona lisa",
        "when does the bus leave",
        "i lost my wallet",
        "what is your favourite movie",
        "tell me about the roman empire",
        "how do plants grow",
        "my knee hurts",
        "cancel my appointment on friday",
    ),
    "es": (
        "cuánta gente vive en china",
        "sabes conducir un coche",
        "dónde puedo comprar pan",
        "quién pintó la mona lisa",
        "cuándo sale el autobús",
        "he perdido la cartera",
        "háblame del imperio romano",
        "cómo crecen las plantas",
        "me duele la rodilla",
        "cancela mi cita del viernes",
    ),
    "zh": (
        "中国有多少人口",
        "你会开车吗",
        "哪里可以买面包",
        "蒙娜丽莎是谁画的",
        "公交车什么时候开",
        "我的钱包丢了",
        "跟我讲讲罗马帝国",
        "植物怎么生长",
        "我的膝盖疼",
        "取消我星期五的预约",
    ),
    "fa": (
        "جمعیت چین چقدر است",
        "رانندگی بلدی",
        "نان از کجا بخرم",
        "مونالیزا را چه کسی کشید",
        "اتوبوس کی حرکت می‌کند",
        "کیف پولم را گم کردم",
        "درباره امپراتوری روم بگو",
        "گیاهان چطور رشد می‌کنند",
        "زانویم درد می‌کند",
        "قرار جمعه‌ام را لغو کن",
    ),
}
"""Questions that the persona has no answer to."""
