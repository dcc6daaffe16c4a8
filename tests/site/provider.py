"""A real OpenID Connect provider on loopback: authlib's own server with PKCE, codes that count once, RS256.

It can be told to lie: `lies` replaces claims, `forges` signs with a key that it does not publish.
"""

import json
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    AuthorizationServer,
    ClientMixin,
    OAuth2Payload,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "quarterdeck", "the client's own secret"


@cache
def two_keys():
    return [RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2)]


class Client(ClientMixin):
    redirect_uris: tuple[str, ...] = ("http://testserver/sign-in/back/",)

    def get_client_id(self):
        return CLIENT

    def get_default_redirect_uri(self):
        return self.redirect_uris[0]

    def get_allowed_scope(self, scope):
        return scope

    def check_redirect_uri(self, redirect_uri):
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret):
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method, endpoint):
        return method == "client_secret_basic"

    def check_response_type(self, response_type):
        return response_type == "code"

    def check_grant_type(self, grant_type):
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):
    def __init__(self, code, request):
        asked = request.payload
        self.code, self.user, self.redirect_uri, self.scope = (
            code,
            request.user,
            asked.redirect_uri,
            asked.scope,
        )
        self.nonce = asked.data.get("nonce")
        self.code_challenge = asked.data.get("code_challenge")
        self.code_challenge_method = asked.data.get("code_challenge_method")

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope

    def get_nonce(self):
        return self.nonce

    def get_auth_time(self):
        return None

    def get_acr(self):
        return None

    def get_amr(self):
        return None


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS: ClassVar = ["client_secret_basic"]

    def save_authorization_code(self, code, request):
        self.server.codes[code] = Code(code, request)

    def query_authorization_code(self, code, client):
        return self.server.codes.get(code)

    def delete_authorization_code(self, authorization_code):
        del self.server.codes[authorization_code.code]

    def authenticate_user(self, authorization_code):
        return authorization_code.user


class IdToken(OpenIDCode):
    def __init__(self, provider):
        super().__init__(require_nonce=True)
        self.provider = provider

    def exists_nonce(self, nonce, request):
        return any(code.nonce == nonce for code in self.provider.codes.values())

    def get_client_algorithm(self, client):
        return "RS256"

    def get_client_claims(self, client):
        return {"iss": self.provider.issuer}

    def get_encode_header(self, client):
        return {"alg": "RS256", "kid": "one"}

    def resolve_client_private_key(self, client):
        return self.provider.other_key if self.provider.forges else self.provider.key

    def generate_user_info(self, user, scope):
        return {**user, **self.provider.lies}


class Payload(OAuth2Payload):
    def __init__(self, data):
        self.given = data

    @property
    def data(self):
        return self.given

    @property
    def datalist(self):
        return {name: [value] for name, value in self.given.items()}


class Request(OAuth2Request):
    def __init__(self, method, uri, form, headers):
        super().__init__(method, uri, headers=headers)
        query = {name: values[0] for name, values in parse_qs(urlsplit(uri).query).items()}
        self.payload, self.sent = Payload({**query, **form}), form

    @property
    def args(self):
        return {name: values[0] for name, values in parse_qs(urlsplit(self.uri).query).items()}

    @property
    def form(self):
        return self.sent


class Provider(AuthorizationServer):
    """Listens from `start` to `stop`; whoever is asked for is `user`."""

    def __init__(self):
        super().__init__(scopes_supported=["openid", "email", "profile"])
        self.key, self.other_key = two_keys()
        self.codes, self.user, self.lies, self.forges = {}, {}, {}, False
        self.answers, self.lies_of_discovery = {}, {}
        self.register_token_generator("default", BearerTokenGenerator(lambda **_: "an access token"))
        self.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(self)])

    def start(self):
        provider = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self):
                self.answer(provider.answer("GET", self.path, {}, self.headers))

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self.answer(provider.answer("POST", self.path, form, self.headers))

            def answer(self, told):
                status, body, headers = told
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                content = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.listener = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.issuer = f"http://127.0.0.1:{self.listener.server_port}"
        self.thread = threading.Thread(target=self.listener.serve_forever, daemon=True)
        self.thread.start()

    def stop(self):
        self.listener.shutdown()
        self.listener.server_close()
        self.thread.join()

    def answer(self, method, path, form, headers):
        page = urlsplit(path).path
        if page in self.answers:
            return self.answers[page]
        if page == "/.well-known/openid-configuration":
            return 200, self.describe(), []
        if page == "/keys":
            return 200, KeySet([self.key]).as_dict(private=False), []
        request = Request(method, self.issuer + path, form, dict(headers))
        if page == "/authorize":
            return self.create_authorization_response(
                request, grant_user=self.user, grant=self.get_consent_grant(request, self.user)
            )
        return self.create_token_response(request)

    def describe(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            **self.lies_of_discovery,
        }

    def query_client(self, client_id):
        return Client() if client_id == CLIENT else None

    def save_token(self, token, request):
        pass

    def create_oauth2_request(self, request):
        return request

    def handle_response(self, status, body, headers):
        return status, body, headers

    def send_signal(self, name, *args, **kwargs):
        pass
