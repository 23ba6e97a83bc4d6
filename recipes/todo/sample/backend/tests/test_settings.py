"""`python -m unittest` in this folder; needs nothing but Python."""

import ssl
import unittest

from app.database_url import parse_database_url
from app.settings import InvalidSettings, read_settings

GOOD = {"DATABASE_URL": "postgresql://u:p@db/todo", "JWT_SECRET_KEY": "x" * 32}


class DatabaseUrls(unittest.TestCase):
    def test_both_schemes_and_both_names_of_tls(self) -> None:
        for text in (
            "postgresql+asyncpg://u:p@db.example:6000/todo?ssl=require",
            "postgresql://u:p@db.example:6000/todo?sslmode=require",
            "postgresql://u:p@db.example:6000/todo?sslmode=require&channel_binding=require",
            "postgresql+asyncpg://u:p@db.example:6000/todo?ssl=true",
        ):
            url = parse_database_url(text)
            self.assertEqual(url.dsn, "postgresql://u:p@db.example:6000/todo?sslmode=require")
            self.assertEqual(url.label, "db.example:6000/todo")

    def test_without_tls(self) -> None:
        url = parse_database_url("postgresql+asyncpg://postgres:p%40ss@postgres/tododb")
        self.assertEqual(url.dsn, "postgresql://postgres:p%40ss@postgres/tododb")
        self.assertIsNone(url.ssl)

    def test_verification_uses_the_authorities_of_the_system(self) -> None:
        url = parse_database_url("postgresql://u:p@db.example/todo?sslmode=verify-full")
        assert url.ssl is not None
        self.assertTrue(url.ssl.check_hostname)
        self.assertEqual(url.ssl.verify_mode, ssl.CERT_REQUIRED)

    def test_what_is_refused_does_not_repeat_the_password(self) -> None:
        for text, says in (
            ("mysql://u:hunter22@db/todo", "must begin with"),
            ("postgresql://u:hunter22@db", "names no database"),
            ("postgresql:///todo", "names no host"),
            ("postgresql://u:hunter22/x@db:notaport/todo", "not a URL"),
            ("postgresql://u:hunter22@db/todo?sslmode=on", "sslmode must be one of"),
        ):
            with self.assertRaises(ValueError) as caught:
                parse_database_url(text)
            self.assertIn(says, str(caught.exception))
            self.assertNotIn("hunter22", str(caught.exception))


class SettingsOfTheEnvironment(unittest.TestCase):
    def test_defaults(self) -> None:
        settings = read_settings({**GOOD, "CORS_ORIGINS": "http://localhost:3000, https://app.example/"})
        self.assertEqual(settings.cors_origins, ("http://localhost:3000", "https://app.example"))
        self.assertEqual(settings.jwt_algorithm, "HS256")
        self.assertEqual(settings.jwt_access_token_expire_minutes, 1440)
        self.assertFalse(settings.debug)
        self.assertNotIn("x" * 32, repr(settings))

    def test_everything_wrong_is_said_at_once(self) -> None:
        with self.assertRaises(InvalidSettings) as caught:
            read_settings({"JWT_SECRET_KEY": "short", "JWT_ALGORITHM": "none", "DEBUG": "maybe"})
        for says in ("DATABASE_URL is not set", "has 5 characters", "JWT_ALGORITHM", "DEBUG"):
            self.assertIn(says, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
