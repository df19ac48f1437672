"""Fields of our own."""

from django import forms


class TypedField(forms.CharField):
    """A text as it was typed, without the one character that a database cannot hold."""

    def to_python(self, value: object) -> str:
        """Leave NUL out; Django would refuse the whole text."""
        return (super().to_python(value) or "").replace("\x00", "")


class WordsField(TypedField):
    """A text of several lines; a browser sends their ends as two characters, which count as one."""

    def to_python(self, value: object) -> str:
        """Count the end of a line once."""
        return super().to_python(value).replace("\r\n", "\n")


class HintField(forms.IntegerField):
    """A number that helps and is not needed: what is none is as good as not sent."""

    def clean(self, value: object) -> int | None:
        """Give a number that can be a place in a text, or None."""
        try:
            number = super().clean(value)
        except forms.ValidationError:
            return None
        return number if isinstance(number, int) else None
