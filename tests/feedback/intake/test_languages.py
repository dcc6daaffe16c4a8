"""The language of a text is told by its letters and its smallest words, or is unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.feedback.intake.calc.languages import language_of


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The crew invite spins since the update and I had to phone everyone."),
        ("de", "Seit dem Update dreht sich die Einladung nur noch, ich musste alle anrufen."),
        ("fr", "Depuis la mise à jour, l'invitation tourne et je dois appeler tout le monde."),
        ("es", "Desde la actualización la invitación no carga y tuve que llamar a todos."),
        ("it", "Dopo l'aggiornamento l'invito non si carica e ho dovuto chiamare tutti."),
        ("pt", "Depois da atualização o convite não carrega e eu tive de ligar para todos."),
        ("nl", "Sinds de update laadt de uitnodiging niet en moest ik iedereen bellen."),
        ("sv", "Sedan uppdateringen laddar inte inbjudan och jag måste ringa alla."),
        ("pl", "Po aktualizacji zaproszenie się nie ładuje i muszę dzwonić do wszystkich."),
        ("tr", "Güncellemeden sonra davet yüklenmiyor ve herkesi aramak zorunda kaldım, çok kötü."),
        ("ja", "更新してから招待が読み込まれません。"),
        ("zh", "更新之后邀请一直打不开。"),
        ("ko", "업데이트 이후 초대가 열리지 않습니다."),
        ("ru", "После обновления приглашение не открывается."),
        ("uk", "Після оновлення запрошення не відкривається."),
        ("ar", "بعد التحديث لا تفتح الدعوة."),
        ("unknown", "SSO 4.2.1"),
        ("unknown", ""),
        ("unknown", "Samsung Galaxy crash"),
    ],
)
def test_sentences(language, text):
    assert language_of(text) == language


@given(st.text(max_size=100))
def test_any_text_has_an_answer(text):
    assert len(language_of(text)) in (2, 7)
