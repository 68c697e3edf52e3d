"""Encodings that no text says of itself: sentences of many languages, in what files have them."""

from __future__ import annotations

import pytest

from annotations.domain.encodings import guess, labelled, mostly_utf8

# (language, encoding, words). A guess is right where it gives the same words.
TEXTS = [
    (
        "French",
        "cp1252",
        "Le maire a déclaré que le chômage avait baissé de 12 % à cause de la forêt brûlée "
        "; « ça coûte 3 millions d’euros », a-t-il ajouté.",
    ),
    (
        "German",
        "cp1252",
        "Viele Grüße aus Köln, sagte die Bürgermeisterin über die Fähre. Die Straße kostet "
        "zwölf Millionen Euro.",
    ),
    (
        "Spanish",
        "cp1252",
        "El alcalde señaló que la inversión subió un 12 % en España, según informó el año pasado.",
    ),
    (
        "Portuguese",
        "cp1252",
        "O prefeito afirmou que a educação não recebeu verbas e que a inflação subiu três "
        "pontos em São Paulo.",
    ),
    (
        "Swedish",
        "cp1252",
        "Borgmästaren sade att färjan kostar tolv miljoner kronor, och att skatten höjs på måndag.",
    ),
    (
        "Danish",
        "cp1252",
        "Borgmesteren sagde, at færgen koster tolv millioner kroner, og at København får "
        "råd til en ny på søndag.",
    ),
    (
        "Finnish",
        "cp1252",
        "Pormestari sanoi, että työttömyys väheni viime vuonna kymmenen prosenttia ja että "
        "lautta maksaa enemmän.",
    ),
    (
        "Icelandic",
        "cp1252",
        "Borgarstjórinn sagði að ferjan kostaði tólf milljónir króna, það væri of mikið "
        "fyrir þjóðina.",
    ),
    (
        "Italian",
        "cp1252",
        "Il sindaco ha detto che la disoccupazione è calata perché c’è più lavoro in "
        "città; però costerà di più.",
    ),
    (
        "Dutch",
        "cp1252",
        "De burgemeester zei dat de crisis in België één miljoen euro kostte – “dat is te "
        "veel”, zei hij.",
    ),
    (
        "English",
        "cp1252",
        "The mayor said “it cost £12 million” – that isn’t true… The café’s owner disagreed.",
    ),
    ("one quotation mark", "cp1252", "He said it’s true."),
    (
        "Czech",
        "cp1250",
        "Premiér řekl, že nezaměstnanost klesla o dvě procenta, protože přibylo pracovních "
        "míst v průmyslu.",
    ),
    (
        "Hungarian",
        "cp1250",
        "A miniszterelnök azt mondta, hogy a munkanélküliség két százalékkal csökkent, "
        "mert több új munkahely nyílt az őszi időszakban.",
    ),
    (
        "Polish",
        "cp1250",
        "Premier powiedział, że bezrobocie spadło o dwa procent, ponieważ powstało więcej "
        "miejsc pracy w przemyśle. Źródła są różne.",
    ),
    (
        "Slovak",
        "cp1250",
        "Premiér povedal, že nezamestnanosť klesla o dve percentá, pretože pribudlo "
        "pracovných miest v priemysle. Ľudia tomu neveria.",
    ),
    (
        "Croatian",
        "cp1250",
        "Premijer je rekao da je nezaposlenost pala za dva posto jer je otvoreno više "
        "radnih mjesta u industriji. Građani žele više.",
    ),
    (
        "Slovene",
        "cp1250",
        "Župan je rekel, da se je brezposelnost znižala za dva odstotka, ker je več "
        "delovnih mest. Občani želijo več.",
    ),
    (
        "Romanian",
        "cp1250",
        "Premierul a declarat că şomajul a scăzut cu două procente, pentru că au apărut "
        "locuri de muncă în ţară şi în industrie.",
    ),
    (
        "Polish",
        "iso8859_2",
        "Premier powiedział, że bezrobocie spadło o dwa procent, ponieważ powstało więcej "
        "miejsc pracy w przemyśle. Źródła są różne.",
    ),
    (
        "Czech",
        "iso8859_2",
        "Premiér řekl, že nezaměstnanost klesla o dvě procenta, protože přibylo pracovních "
        "míst v průmyslu. Šťastný výsledek.",
    ),
    (
        "Russian",
        "cp1251",
        "Мэр заявил, что безработица снизилась на два процента, потому что появилось "
        "больше рабочих мест.",
    ),
    (
        "Russian",
        "koi8_r",
        "Мэр заявил, что безработица снизилась на два процента, потому что появилось "
        "больше рабочих мест.",
    ),
    (
        "Ukrainian",
        "cp1251",
        "Мер заявив, що безробіття знизилося на два відсотки, бо з’явилося більше робочих "
        "місць у промисловості. Її кількість зростає.",
    ),
    (
        "Bulgarian",
        "cp1251",
        "Кметът заяви, че безработицата е намаляла с два процента, защото има повече "
        "работни места.",
    ),
    (
        "Greek",
        "cp1253",
        "Ο δήμαρχος είπε ότι η ανεργία μειώθηκε κατά δύο τοις εκατό, επειδή υπάρχουν "
        "περισσότερες θέσεις εργασίας.",
    ),
    (
        "Turkish",
        "cp1254",
        "Belediye başkanı işsizliğin yüzde iki düştüğünü, çünkü sanayide daha fazla iş "
        "olduğunu söyledi. Şehir büyüyor.",
    ),
    ("Hebrew", "cp1255", "ראש העיר אמר שהאבטלה ירדה בשני אחוזים כי יש יותר מקומות עבודה."),
    (
        "Arabic",
        "cp1256",
        "قال رئيس البلدية إن البطالة انخفضت بنسبة اثنين في المئة لأن هناك المزيد من فرص العمل.",
    ),
    (
        "Lithuanian",
        "cp1257",
        "Meras sakė, kad nedarbas sumažėjo dviem procentais, nes atsirado daugiau darbo "
        "vietų. Žmonės tuo netiki, šįmet viskas brangiau.",
    ),
    (
        "Latvian",
        "cp1257",
        "Mērs sacīja, ka bezdarbs samazinājies par diviem procentiem, jo ir vairāk darba "
        "vietu rūpniecībā. Cilvēki tam netic.",
    ),
    (
        "Estonian",
        "cp1257",
        "Linnapea ütles, et töötus vähenes kahe protsendi võrra, sest tööstuses on rohkem "
        "töökohti. Žürii õhtul.",
    ),
    ("Thai", "cp874", "นายกเทศมนตรีกล่าวว่าอัตราการว่างงานลดลงสองเปอร์เซ็นต์เพราะมีงานมากขึ้น"),
    (
        "Japanese",
        "cp932",
        "市長は、失業率が二パーセント下がったと述べた。産業で雇用が増えたためだという。",
    ),
    (
        "Japanese",
        "euc_jp",
        "市長は、失業率が二パーセント下がったと述べた。産業で雇用が増えたためだという。",
    ),
    ("Japanese", "euc_jp", "これは日本語の文章です。カタカナも使います。東京で会議が開かれた。"),
    ("Japanese", "cp932", "①これは日本語の文章です。カタカナも使います。東京で会議が開かれた。"),
    (
        "Korean",
        "cp949",
        "시장은 실업률이 2퍼센트 떨어졌다고 말했다. 산업에서 일자리가 늘었기 때문이라고 한다.",
    ),
    ("Chinese", "gb18030", "市长说，失业率下降了百分之二，因为工业部门的就业岗位增加了。"),
    ("Chinese", "big5", "市長說，失業率下降了百分之二，因為工業部門的就業崗位增加了。"),
    ("a German name", "cp1252", "Müller sagte das."),
    (
        "French",
        "mac_roman",
        "Le maire a déclaré que le chômage avait baissé de 12 % à cause de la forêt brûlée "
        "; « ça coûte 3 millions d’euros », a-t-il ajouté.",
    ),
    (
        "French",
        "iso8859_15",
        "Le cœur de la ville coûte 3 € de plus, a déclaré le maire à la forêt.",
    ),
    ("German", "cp850", "Viele Grüße aus Köln, sagte die Bürgermeisterin über die Fähre."),
    (
        "names",
        "cp1252",
        "name;party\nMüller;SPD\nGonzález;PSOE\nÅkesson;SD\nSørensen;S\nLefèvre;PS\n",
    ),
    (
        "names",
        "cp1252",
        "Müller González Åkesson Sørensen Lefèvre Guðmundsdóttir Peña Araújo João Brønlund "
        "Hämäläinen Çelik Nuñez Jönsson Noël",
    ),
    ("Portuguese", "cp1252", "Não é verdade."),
    ("English", "mac_roman", "He said it’s true."),
    ("Polish", "cp852", "Źródła są różne, powiedział premier: bezrobocie spadło o dwa procent."),
    ("signs", "cp1252", "A room of 12 m² costs ½ of 30 €, “they” say."),
    ("Hungarian", "cp1250", "A miniszterelnök szerint ez nem igaz, nőtt a munkanélküliség."),
    ("signs", "cp1252", "It cost £5 and ½ of that."),
]


@pytest.mark.parametrize(("language", "encoding", "words"), TEXTS)
def test_what_the_letters_say(language: str, encoding: str, words: str) -> None:
    raw = words.encode(encoding)
    assert raw.decode(guess(raw)) == words
    assert not mostly_utf8(raw)


@pytest.mark.parametrize("encoding", ["cp1252", "cp1250"])
def test_many_languages_in_one_text(encoding: str) -> None:
    words = " ".join(text for _, found, text in TEXTS if found == encoding)
    assert words.encode(encoding).decode(guess(words.encode(encoding))) == words


def test_what_is_no_text_has_no_encoding() -> None:
    assert guess(bytes(range(256)) * 40) == ""


def test_utf8_with_a_few_bad_bytes_is_utf8_still() -> None:
    words = "Viele Grüße aus Köln über die Fähre, sagte die Bürgermeisterin. ".encode()
    assert mostly_utf8(words * 3 + b"M\xfcller")
    assert not mostly_utf8(words.decode().encode("cp1252") * 3 + "ü".encode())


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ISO-8859-1", "cp1252"),
        (" latin1", "cp1252"),
        ("us-ascii", "cp1252"),
        ("windows-1252", "cp1252"),
        ("iso-8859-9", "cp1254"),
        ("iso-8859-2", "iso8859-2"),
        ("Shift_JIS", "cp932"),
        ("gb2312", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("UTF-8", "utf-8"),
        ("punycode", ""),
        ("base64", ""),
        ("unicode_escape", ""),
        ("no-such", ""),
        ("", ""),
        ("a\0b", ""),
    ],
)
def test_labels_of_pages_mean_what_browsers_take_them_for(label: str, codec: str) -> None:
    assert labelled(label) == codec
