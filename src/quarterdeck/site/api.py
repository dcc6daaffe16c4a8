"""What do all operations of the API share: where they stand, how trouble is told, who they are for?"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Router, Swagger
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.doors import door
from quarterdeck.records.permissions import Permission
from quarterdeck.site.capabilities import CAPABILITIES, KERNEL_ROUTERS, load
from quarterdeck.site.problems import Problem, problem

ANSWERS = (400, 401, 403, 404, 409, 422)


class DocumentedApi(NinjaAPI):
    """An API whose OpenAPI document names the permission of each operation, and every answer it may give."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Any:
        schema = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        return documented(schema, _permissions(self))


api = DocumentedApi(
    title="Quarterdeck",
    version="1",
    description=(
        "Everything the pages show and do. Send a token as `Authorization: Bearer qd_...`; make one on your "
        "account's page. Lists are given in pages (`limit`, `offset`), answers bear an ETag, and trouble is "
        "told as problem+json (RFC 9457)."
    ),
    docs=Swagger({"persistAuthorization": False, "validatorUrl": None, "tryItOutEnabled": True}),
    docs_decorator=door(Permission.READ),
    urls_namespace="api",
    openapi_extra={"info": {"license": {"name": "Apache-2.0"}}},
)


@api.exception_handler(QuarterdeckError)
def tell_expected(request: HttpRequest, error: QuarterdeckError) -> HttpResponse:
    return problem(409 if isinstance(error, Conflict) else 400, error.message, error.hint)


@api.exception_handler(AuthenticationError)
def tell_unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    answer = problem(401, "Nobody is signed in.", "Send a token: Authorization: Bearer qd_...")
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(HttpError)
def tell_refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, error.message)


@api.exception_handler(Http404)
def tell_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, "Nothing stands at this address.")


@api.exception_handler(ValidationError)
def tell_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors]
    return problem(422, "The request is not as documented.", "; ".join(faults))


def documented(schema: dict[str, Any], permissions: Mapping[str, Permission]) -> dict[str, Any]:
    """The OpenAPI document with the answers that any operation may give, and the permission each asks for."""
    reference = {"$ref": "#/components/schemas/Problem"}
    schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = Problem.model_json_schema()
    for operations in schema["paths"].values():
        for operation in operations.values():
            operation["x-permission"] = str(permissions[operation["operationId"]])
            for status in ANSWERS:
                operation["responses"].setdefault(
                    status,
                    {
                        "description": HTTPStatus(status).phrase,
                        "content": {"application/problem+json": {"schema": reference}},
                    },
                )
    return schema


def _permissions(described: NinjaAPI) -> Mapping[str, Permission]:
    """The permission of each operation, by its id, as its doors bear it."""
    return {
        described.get_openapi_operation_id(operation): _permission(operation)
        for bound in described._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
    }


def _permission(operation: Operation) -> Permission:
    asked = [
        permission for each in operation.auth_callbacks if (permission := getattr(each, "permission", None))
    ]
    if not asked:
        raise QuarterdeckError(
            f"The operation {operation.view_func.__name__} has no door.", "Give it auth=needs(...)."
        )
    return Permission(asked[0])


for name in (*KERNEL_ROUTERS, *(capability.api for capability in CAPABILITIES if capability.api)):
    router: Router = load(name)
    api.add_router("", router)
