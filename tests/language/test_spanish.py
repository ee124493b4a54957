"""Spanish: what is written, and what is read."""

import pytest

from visavis.language import spoken

CASES = {
    # numbers
    "1250 libros": "mil doscientos cincuenta libros",
    "1.250.000 habitantes": "un millón doscientos cincuenta mil habitantes",
    "1.250,5 o 1,250.5": "mil doscientos cincuenta coma cinco o mil doscientos cincuenta coma cinco",
    "20 000 personas": "veinte mil personas",
    "3,14, 3.5, 3,05": "tres coma catorce, tres coma cinco, tres coma cero cinco",
    "21, 31 y 101": "veintiuno, treinta y uno y ciento uno",
    "21 libros, 31 días, 1 libro": "veintiún libros, treinta y un días, un libro",
    "21 casas, 1 hora, 200 páginas": "veintiuna casas, una hora, doscientas páginas",
    "101 dálmatas, 500 problemas": "ciento una dálmatas, quinientos problemas",
    "21.000 personas": "veintiún mil personas",
    "1.000.000 de euros": "un millón de euros",
    "-5, 007": "menos cinco, cero cero siete",
    "1 de cada 3": "uno de cada tres",
    # ordinals and Roman numerals
    "2.º, 3.ª, 1er, 5º piso": "segundo, tercera, primer, quinto piso",
    "el 20.º aniversario": "el vigésimo aniversario",
    "siglo XXI, siglo V": "siglo veintiuno, siglo quinto",
    "siglos XV y XVI": "siglos quince y dieciséis",
    "Felipe VI, Luis XIV, Isabel II": "Felipe sexto, Luis catorce, Isabel segunda",
    "Capítulo IV": "Capítulo cuatro",
    "II Guerra Mundial": "segunda Guerra Mundial",
    # dates and times
    "20/11/2026": "veinte de noviembre de dos mil veintiséis",
    "2026-11-20": "veinte de noviembre de dos mil veintiséis",
    "el 1 de mayo": "el primero de mayo",
    "12 de oct. de 1492": "doce de octubre de mil cuatrocientos noventa y dos",
    "20-nov-2026": "veinte de noviembre de dos mil veintiséis",
    "1990-1995": "mil novecientos noventa a mil novecientos noventa y cinco",
    "a las 10:30": "a las diez y media",
    "a la 1:15": "a la una y cuarto",
    "7:05, 14:30, 21:05 h": "siete y cinco, catorce treinta, veintiuna cero cinco",
    "14h30": "catorce treinta",
    "7 pm, 9 p. m., 8 a.m.": "siete de la tarde, nueve de la noche, ocho de la mañana.",
    # money
    "$5": "cinco dólares",
    "3,50 €": "tres euros con cincuenta",
    "0,99 €": "noventa y nueve céntimos",
    "21 €, £21": "veintiún euros, veintiuna libras",
    "€1,2 millones": "uno coma dos millones de euros",
    "$5M": "cinco millones de dólares",
    "1.000.000 €": "un millón de euros",
    "$1,234.56": "mil doscientos treinta y cuatro dólares con cincuenta y seis",
    # shares, measures, fractions, ratios
    "20 %, 0,5%": "veinte por ciento, cero coma cinco por ciento",
    "-3 °C, 35ºC": "menos tres grados Celsius, treinta y cinco grados Celsius",
    "5 km, 100 km/h, 3 m²": "cinco kilómetros, cien kilómetros por hora, tres metros cuadrados",
    "5-10 km": "cinco a diez kilómetros",
    "16 GB": "dieciséis gigabytes",
    "1/2, 3/4, 1/12": "un medio, tres cuartos, un doceavo",
    "1/2 taza, 1/2 kilo, 2 1/2 litros": "media taza, medio kilo, dos y medio litros",
    "16:9": "dieciséis a nueve",
    # codes
    "+34 600 123 456": "más tres cuatro, seis cero cero, uno dos tres, cuatro cinco seis",
    "91 123 45 67": "nueve uno, uno dos tres, cuatro cinco, seis siete",
    "versión 3.11.2": "versión tres punto once punto dos",
    # abbreviations and initialisms
    "El Sr. García y la Sra. López": "El señor García y la señora López",
    "EE.UU. y EE. UU. son": "Estados Unidos y Estados Unidos son",
    "Ud. y Uds.": "usted y ustedes.",
    "p. ej. esto, etc.": "por ejemplo esto, etcétera.",
    "D. Juan, pág. 5, n.º 3": "don Juan, página cinco, número tres",
    "300 a. C. fue": "trescientos antes de Cristo fue",
    "IBM, USB, UE, DVD": "i be eme, u ese be, u e, de uve de",
    "ONU, OTAN, IVA": "ONU, OTAN, IVA",
    "NO QUIERO IR": "NO QUIERO IR",
    # addresses and signs
    "juan.perez@correo.es": "juan punto perez arroba correo punto es",
    "https://www.ejemplo.es/a_b-c": "www punto ejemplo punto es barra a guion bajo b guion c",
    "#FelizNavidad @juan": "hashtag Feliz Navidad arroba juan",
    "2 + 2 = 4, 5 - 3 = 2": "dos más dos igual a cuatro, cinco menos tres igual a dos",
    "3 × 4, 10 ÷ 2": "tres por cuatro, diez entre dos",
    # what shapes a text, and what is only seen
    "¿Qué tal? ¡Hola! ¿Tienes 2 perros?": "¿Qué tal? ¡Hola! ¿Tienes dos perros?",
    "**Hola**😀«amigo» — y se fue…": "Hola amigo, y se fue.",
    "# Título\n- uno\n- dos": "Título. uno. dos",
}


@pytest.mark.parametrize("written", CASES)
def test_reads(written: str) -> None:
    assert spoken(written, "es") == CASES[written]
