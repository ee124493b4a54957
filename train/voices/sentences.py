"""What voices are tried with, and the hearing is measured on: no part of what anything was trained on."""

from typing import Final

# the first two of the IEEE's lists of phonetically balanced sentences, 1969
HARVARD: Final = (
    "The birch canoe slid on the smooth planks.", "Glue the sheet to the dark blue background.",
    "It's easy to tell the depth of a well.", "These days a chicken leg is a rare dish.",
    "Rice is often served in round bowls.", "The juice of lemons makes fine punch.",
    "The box was thrown beside the parked truck.", "The hogs were fed chopped corn and garbage.",
    "Four hours of steady work faced us.", "A large size in stockings is hard to sell.",
    "The boy was there when the sun rose.", "A rod is used to catch pink salmon.",
    "The source of the huge river is the clear spring.", "Kick the ball straight and follow through.",
    "Help the woman get back to her feet.", "A pot of tea helps to pass the evening.",
    "Smoky fires lack flame and heat.", "The soft cushion broke the man's fall.",
    "The salt breeze came across from the sea.", "The girl at the booth sold fifty bonds.",
)  # fmt: skip

TEXTS: Final = {
    "en": HARVARD[:6],
    "zh": (
        "你好，我是你的助手。", "今天天气很好，我们一起去公园散步吧。", "学习语言需要时间和耐心。",
        "请问您需要什么帮助？", "我喜欢吃苹果、香蕉和葡萄。", "会议明天上午在三楼举行。",
    ),
    "es": (
        "Hola, soy tu asistente.", "Hoy hace muy buen tiempo, vamos a pasear por el parque.",
        "El perro de san Roque no tiene rabo.", "Los niños juegan en la calle con una pelota vieja.",
        "La guitarra y el queso llegaron ayer.", "Mañana la reunión empieza un poco más tarde.",
    ),
    "fa": (
        "سلام، من دستیار شما هستم.", "امروز هوا خیلی خوب است، بیا با هم به پارک برویم.",
        "کتاب خواندن کار بسیار مفیدی است.", "چگونه می‌توانم به شما کمک کنم؟",
        "فردا جلسه کمی دیرتر شروع می‌شود.", "مادر برای بچه‌ها میوه خرید.",
    ),
}  # fmt: skip
