"""Short lists in many languages and code pages: real words of headers, names and places, and what a cell must come back as.

Nothing here is of a person: given names and family names are common ones, put together at random.
"""

import csv
import io
import random
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from support.readers import VINS

#: Language; code pages; headers for VIN, exporter, city, make, fuel, colour; given names; family names; cities; words for fuels; for colours.
LANGUAGES = """
de|cp1252 iso8859-1|Fahrgestellnummer,Ausführer,Bestimmungsort,Marke,Kraftstoff,Außenfarbe|Jürgen,Jörg,Käthe,Günter,Peter,Anna|Müller,Weiß,Schröder,Krüger,Jäger,Großmann,Schmidt|Köln,München,Düsseldorf,Nürnberg,Würzburg,Bremen,Hamburg|Benzin,Elektro,Diesel|weiß,grün,schwarz
da|cp1252 iso8859-1|Stelnummer,Eksportør,By,Mærke,Brændstof,Farve|Søren,Jørgen,Bjørn,Mads,Åse,Lærke|Sørensen,Jørgensen,Møller,Nørgaard,Kjær,Hansen|København,Århus,Helsingør,Næstved,Sønderborg,Odense|El,Benzin,Diesel|hvid,grøn,blå,rød
sv|cp1252 iso8859-1|Chassinummer,Exportör,Ort,Märke,Drivmedel,Färg|Björn,Åsa,Göran,Märta,Lars,Håkan|Öberg,Sjöström,Åkesson,Lindström,Bäckman,Ahlgren|Göteborg,Malmö,Västerås,Örebro,Jönköping,Luleå|El,Bensin,Diesel|vit,blå,grön,grå
no|cp1252 iso8859-1|Understellsnummer,Eksportør,Sted,Merke,Drivstoff,Farge|Øyvind,Bjørn,Kåre,Håkon,Jørn,Siri|Bøe,Sørlie,Næss,Ødegård,Håland,Hansen|Tromsø,Bodø,Ålesund,Tønsberg,Sandefjord,Drøbak|Elektrisk,Bensin,Diesel|hvit,blå,grønn,rød
fi|cp1252 iso8859-1|Alustanumero,Viejä,Määräpaikka,Merkki,Polttoaine,Väri|Päivi,Väinö,Jäärä,Leena,Yrjö,Kyösti|Mäkinen,Hämäläinen,Järvinen,Lehtonen,Mäkelä,Kärkkäinen|Jyväskylä,Hämeenlinna,Seinäjoki,Lappeenranta,Järvenpää,Kerava|Sähkö,Bensiini,Diesel|vihreä,keltainen,harmaa
is|cp1252 iso8859-1|Verksmiðjunúmer,Útflytjandi,Áfangastaður,Tegund,Eldsneyti,Litur|Guðrún,Þórður,Sigríður,Jóhanna,Björn,Kristín|Jónsson,Sigurðardóttir,Þorsteinsson,Ólafsson,Gísladóttir|Reykjavík,Akureyri,Hafnarfjörður,Ísafjörður,Húsavík,Keflavík|Rafmagn,Bensín,Dísil|hvítur,svartur,grænn
fr|cp1252 iso8859-1|Numéro de châssis,Expéditeur,Destination,Marque,Énergie,Couleur extérieure|François,Hélène,Jérôme,Aurélie,Benoît,Anaïs|Lefèvre,Béranger,Gauthier,Châtelain,Mérieux,Dupré|Besançon,Orléans,Nîmes,Sète,Évreux,Béziers|Électrique,Essence,Gazole|blanc nacré,gris foncé,bleu métallisé
es|cp1252 iso8859-1|Número de bastidor,Exportador,País de destino,Marca,Tipo de combustible,Color|José,María,Íñigo,Begoña,Andrés,Mónica|Núñez,Muñoz,García,Peña,Ibáñez,Jiménez|Málaga,A Coruña,Cádiz,León,Almería,Córdoba|Eléctrico,Gasolina,Diésel|marrón,azul añil,gris
pt|cp1252 iso8859-1|Número do chassi,Exportador,Destino,Marca,Combustível,Cor|João,Conceição,António,Inês,Simão,Cátia|Gonçalves,Magalhães,Araújo,Simões,Conceição,Leitão|São Paulo,Goiânia,Brasília,Maceió,Guimarães,Évora|Elétrico,Gasolina,Gasóleo|vermelho,laranja metálico,açafrão
it|cp1252 iso8859-1|Numero di telaio,Società,Città,Marca,Alimentazione,Colore|Niccolò,Nicolò,Josè,Andrea,Marta,Cosimo|Forlì,Cantù,Nardò,Fassò,Rossi,Viganò|Forlì,Cantù,Nardò,Mondovì,Patù,Torino|Elettrico,Benzina,Gasolio|blu notte,verde,più chiaro
nl|cp1252 iso8859-1|Chassisnummer,Exporteur,Bestemming,Merk,Brandstof,Kleur|Daniëlle,Noël,Joëlle,André,Zoë,Renée|Hendriks,Daniëls,Van Dé,Noordzij,Coppée|België,Coevorden,Geüniformeerd,Knokke,Zeeuwsch Oriënt|Elektrisch,Benzine,Diesel|crème,zwart,beige
pl|cp1250 iso8859-2|Numer nadwozia,Eksporter,Miejscowość,Marka,Rodzaj paliwa,Kolor zewnętrzny|Łukasz,Małgorzata,Grażyna,Paweł,Michał,Święcisław|Wójcik,Dąbrowski,Wiśniewska,Kozłowski,Zając,Jabłoński|Łódź,Kraków,Wrocław,Gdańsk,Częstochowa,Rzeszów|Elektryczny,Benzyna,Olej napędowy|biały,żółty,szary
cs|cp1250 iso8859-2|Číslo podvozku,Vývozce,Město,Značka,Palivo,Barva|Jiří,Tomáš,Zdeněk,Markéta,Lukáš,Božena|Novák,Dvořák,Černý,Procházka,Růžička,Němec|Plzeň,Ústí nad Labem,České Budějovice,Kroměříž,Děčín,Třebíč|Elektřina,Benzín,Nafta|bílá,černá,červená,žlutá
sk|cp1250 iso8859-2|Číslo podvozku,Vývozca,Mesto,Značka,Palivo,Farba|Ľubomír,Miloš,Zuzana,Matúš,Božena,Juraj|Kováč,Horváth,Tóth,Šimko,Ďurica,Hudák|Košice,Žilina,Prešov,Banská Bystrica,Nové Zámky,Piešťany|Elektrina,Benzín,Nafta|biela,čierna,žltá
hu|cp1250 iso8859-2|Alvázszám,Exportőr,Rendeltetési hely,Gyártmány,Üzemanyag,Szín|László,István,Györgyi,Erzsébet,Zsófia,Gergő|Nagy,Szabó,Kovács,Tóth,Szűcs,Erdős|Győr,Székesfehérvár,Pécs,Szőlősgyörök,Kecskemét,Üllő|Elektromos,Benzin,Gázolaj|fehér,kék,zöld,szürke
ro|cp1250 iso8859-2|Serie şasiu,Exportator,Ţara de destinaţie,Marcă,Combustibil,Culoare|Ştefan,Mădălina,Ioniţă,Cătălin,Raluca,Ţuţea|Popescu,Munteanu,Crăciun,Brătianu,Ţepeş,Răducanu|Braşov,Iaşi,Timişoara,Constanţa,Galaţi,Piteşti|Electric,Benzină,Motorină|alb,roşu,albastru închis
hr|cp1250 iso8859-2|Broj šasije,Izvoznik,Odredište,Marka,Gorivo,Boja|Željko,Snježana,Siniša,Dražen,Đurđa,Krešimir|Horvat,Kovačević,Babić,Jurić,Đurić,Šimić|Šibenik,Čakovec,Đakovo,Poreč,Varaždin,Požega|Električni,Benzin,Dizel|bijela,žuta,ljubičasta
sl|cp1250 iso8859-2|Številka šasije,Izvoznik,Namembni kraj,Znamka,Gorivo,Barva|Matjaž,Špela,Blaž,Urša,Aleš,Žiga|Kovačič,Potočnik,Žagar,Golob,Turk,Krajšek|Škofja Loka,Črnomelj,Žalec,Koper,Tržič,Brežice|Elektrika,Bencin,Dizel|bela,črna,rumena,rdeča
tr|cp1254 iso8859-9|Şasi numarası,İhracatçı,Varış yeri,Marka,Yakıt türü,Renk|Ayşe,Işıl,Çağlar,Gülşen,Oğuz,Mehmet|Yılmaz,Şahin,Çelik,Öztürk,Doğan,Yıldız|İstanbul,Eskişehir,Diyarbakır,Muğla,Iğdır,Şanlıurfa|Elektrikli,Benzin,Dizel|kırmızı,yeşil,gümüş gri
lt|cp1257|Kėbulo numeris,Eksportuotojas,Paskirties vieta,Markė,Kuro rūšis,Spalva|Šarūnas,Živilė,Rūta,Gintarė,Mindaugas,Žydrūnas|Kazlauskas,Žukauskas,Stankevičius,Šimkus,Paulauskienė|Klaipėda,Šiauliai,Panevėžys,Kėdainiai,Mažeikiai,Plungė|Elektra,Benzinas,Dyzelinas|žalias,šviesiai pilka,juoda
lv|cp1257|Šasijas numurs,Eksportētājs,Galamērķis,Marka,Degviela,Krāsa|Jānis,Pēteris,Līga,Mārtiņš,Ilze,Kārlis|Bērziņš,Kalniņš,Ozoliņa,Liepiņš,Krūmiņa|Rīga,Liepāja,Jēkabpils,Rēzekne,Ventspils,Jūrmala|Elektrība,Benzīns,Dīzelis|zaļš,pelēks,melns
et|cp1257 cp1252|Tehasetähis,Väljaviija,Sihtkoht,Mark,Kütus,Värv|Jüri,Mõisa,Tõnu,Külli,Ülo,Märt|Põldmäe,Kõiv,Mägi,Rüütel,Tõnisson,Pärn|Pärnu,Võru,Põltsamaa,Jõhvi,Jõgeva,Tõrva|Elekter,Bensiin,Diisel|valge,sinakashõbe,hõbedane
ru|cp1251 koi8-r cp866 iso8859-5|Номер кузова,Экспортёр,Город назначения,Марка,Тип топлива,Цвет|Иван,Ольга,Сергей,Наталья,Алексей,Юлия|Иванов,Петрова,Смирнов,Кузнецов,Щербаков,Юрьев|Москва,Санкт-Петербург,Екатеринбург,Владивосток,Уфа,Южно-Сахалинск|Электро,Бензин,Дизель|белый,чёрный,серебристый
uk|cp1251 koi8-u|Номер кузова,Експортер,Місто призначення,Марка,Тип палива,Колір|Олексій,Іванна,Сергій,Оксана,Їжакевич,Юрій|Шевченко,Бондаренко,Кравчук,Єфименко,Ґудзь,Лисенко|Київ,Львів,Чернівці,Запоріжжя,Ужгород,Харків|Електро,Бензин,Дизель|білий,чорний,сірий
bg|cp1251|Номер на рама,Износител,Местоназначение,Марка,Гориво,Цвят|Георги,Иванка,Стоян,Цветана,Димитър,Мария|Иванов,Петрова,Димитров,Стоянова,Ангелов|София,Пловдив,Варна,Бургас,Търговище,Велико Търново|Електрически,Бензин,Дизел|бял,черен,сив
sr|cp1251|Број шасије,Извозник,Одредиште,Марка возила,Гориво,Боја|Ђорђе,Љиљана,Немања,Жељко,Милица|Јовановић,Петровић,Ђурић,Николић,Стојановић|Београд,Нови Сад,Ниш,Чачак,Краљево,Ужице|Струја,Бензин,Дизел|бела,црна,жута
el|cp1253 iso8859-7|Αριθμός πλαισίου,Εξαγωγέας,Προορισμός,Μάρκα,Καύσιμο,Χρώμα|Γιώργος,Ελένη,Νίκος,Μαρία,Δημήτρης,Κατερίνα|Παπαδόπουλος,Γεωργίου,Ιωάννου,Νικολαΐδης,Οικονόμου|Αθήνα,Θεσσαλονίκη,Πάτρα,Ηράκλειο,Λάρισα,Βόλος|Ηλεκτρικό,Βενζίνη,Πετρέλαιο|λευκό,μαύρο,γκρι
th|cp874|หมายเลขตัวถัง,ผู้ส่งออก,ปลายทาง,ยี่ห้อ,เชื้อเพลิง,สี|สมชาย,สุนทร,วิภา,ประเสริฐ,กนกวรรณ,ณัฐพล|ใจดี,ศรีสุข,วงศ์ทอง,บุญมา,แก้วมณี|กรุงเทพ,เชียงใหม่,แหลมฉบัง,ระยอง,ขอนแก่น,ภูเก็ต|ไฟฟ้า,เบนซิน,ดีเซล|ขาว,ดำ,เทา
vi|cp1258|Số khung,Người xuất khẩu,Nơi đến,Nhãn hiệu,Nhiên liệu,Màu xe|Nguyễn,Trần,Phạm,Hoàng,Đặng,Bùi|Thị Hương,Văn Đức,Quốc Việt,Minh Tuấn,Thúy Hằng|Hà Nội,Đà Nẵng,Hải Phòng,Cần Thơ,Quảng Ninh,Đồng Nai|Điện,Xăng,Dầu diesel|trắng,đỏ,xanh dương
ar|cp1256 iso8859-6|رقم الشاسيه,المصدر,بلد الوصول,الماركة,نوع الوقود,اللون|محمد,أحمد,فاطمة,خالد,عبد الله,ليلى|الحسن,الشامي,المصري,العلي,الخطيب|دبي,الرياض,جدة,بغداد,القاهرة,عمان|كهربائي,بنزين,ديزل|أبيض,أسود,فضي
fa|cp1256|شماره شاسي,صادرکننده,مقصد,برند,نوع سوخت,رنگ|محمد,علي,پروين,ژاله,فرهاد,شهلا|رضايي,احمدپور,کريمي,حسيني,چراغي|تهران,مشهد,اصفهان,شيراز,تبريز,بندرعباس|برقي,بنزين,ديزل|سفيد,مشکي,خاکستري
he|cp1255 iso8859-8|מספר שלדה,יצואן,יעד,יצרן,סוג דלק,צבע|דוד,שרה,משה,רחל,יצחק,נועה|כהן,לוי,מזרחי,פרץ,אברהם,גולן|תל אביב,חיפה,אשדוד,ירושלים,נתניה,באר שבע|חשמלי,בנזין,דיזל|לבן,שחור,כסף
zh|gb18030 gbk gb2312|车架号,出口商,目的港,品牌,燃料种类,颜色|张,王,李,刘,陈,杨|伟,芳,秀英,建国,志强,静思|上海,天津,广州,沈阳,石家庄,宁波|纯电动,汽油,柴油|白色,黑色,珠光灰
tw|big5 cp950|車身號碼,出口商,目的港,廠牌,燃料種類,顏色|陳,林,黃,張,蔡,許|志明,美玲,大同,淑芬,建宏|台北,高雄,臺中,基隆,桃園,新竹|純電動,汽油,柴油|白色,黑色,銀灰
ja|cp932 euc_jp|車台番号,輸出者,仕向地,メーカー,燃料,外装色|田中,佐藤,鈴木,渡辺,伊藤|一郎,花子,健太,さくら,陽子|横浜,名古屋,神戸,東京,大阪,博多|電気,ガソリン,軽油|シルバー,ホワイト,ブラック
ko|cp949 euc_kr|차대번호,수출자,도착항,제조사,연료,색상|김,이,박,최,정|철수,영희,민수,지영,현우|부산항,서울,인천,평택,울산,광주|전기,휘발유,경유|흰색,검정,은색
"""  # fmt: skip

_TONES = "\u0300\u0301\u0303\u0309\u0323"  # as cp1258 has them: behind their vowels
_SHAPES = (  # columns: which of the six, and whether the headers are ASCII
    ((0, 1, 2, 3), False), ((0, 1, 2), True), ((0, 3, 4, 1, 2, 5), False),
    ((0, 2), True), ((0, 4, 5, 2), False), ((0, 1), False),
)  # fmt: skip
_ASCII = ("VIN", "Shipper", "Place", "Make", "Fuel", "Colour")
_MAKES = ("BYD", "Tesla", "MG", "Zeekr", "Chery", "Geely")


class ShortList(NamedTuple):
    """A list as somebody saved it."""

    language: str
    encoding: str
    rows: tuple[tuple[str, ...], ...]

    @property
    def data(self) -> bytes:
        """The file."""
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=";").writerows(self.rows)
        return file.getvalue().encode(self.encoding)


def short_lists(seed: int = 0) -> Iterator[ShortList]:
    """Lists of two to six rows, several for each language and code page."""
    chance = random.Random(seed)  # noqa: S311 - the same lists each time
    for line in LANGUAGES.strip().split("\n"):
        language, pages, *words = line.split("|")
        parts = [part.split(",") for part in words]
        for encoding in pages.split():
            for columns, plain in _SHAPES:
                rows = [_row(chance, language, parts) for _ in range(chance.randint(2, 6))]
                head = _ASCII if plain else parts[0]
                table = (tuple(row[i] for i in columns) for row in (head, *rows))
                made = tuple(tuple(_as_saved(cell, encoding) for cell in row) for row in table)
                if any(not cell.isascii() for row in made for cell in row):
                    yield ShortList(language, encoding, made)


def _row(chance: random.Random, language: str, parts: list[list[str]]) -> tuple[str, ...]:
    _, given, family, cities, fuels, colours = parts
    between = "" if language in {"zh", "tw", "ja", "ko"} else " "
    name = chance.choice(given) + between + chance.choice(family)
    return (
        chance.choice(VINS), name, chance.choice(cities), chance.choice(_MAKES), chance.choice(fuels), chance.choice(colours),
    )  # fmt: skip


def _as_saved(cell: str, encoding: str) -> str:
    """A cell in letters that the code page has."""
    if encoding != "cp1258":
        return cell
    saved = ""
    for letter in cell:
        bare = unicodedata.normalize("NFD", letter)
        tone = "".join(mark for mark in bare if mark in _TONES)
        rest = unicodedata.normalize("NFC", "".join(mark for mark in bare if mark not in _TONES))
        try:
            letter.encode(encoding)
        except UnicodeEncodeError:
            saved += rest + tone
        else:
            saved += letter
    return saved
