#!/usr/bin/env python3
"""Makes src/NodeGuard.Sandbox/Schemas/kubernetes.types from the OpenAPI v2 document of a real API server, and from the
generated.proto files of the Kubernetes API in a directory (for the numbers of fields in protobuf bodies):

  kubectl get --raw /openapi/v2 | scripts/kubernetes-types.py DIRECTORY >src/NodeGuard.Sandbox/Schemas/kubernetes.types

Kept are the names, types and numbers of fields, and how lists and maps merge; no descriptions.
"""
import json
import pathlib
import re
import sys

KINDS = """
v1: Namespace Node Pod ConfigMap Secret ServiceAccount Service PersistentVolumeClaim PersistentVolume Event Binding
events.k8s.io/v1: Event
apps/v1: Deployment ReplicaSet StatefulSet DaemonSet ControllerRevision
batch/v1: Job CronJob
policy/v1: PodDisruptionBudget Eviction
rbac.authorization.k8s.io/v1: Role ClusterRole RoleBinding ClusterRoleBinding
coordination.k8s.io/v1: Lease
storage.k8s.io/v1: CSINode VolumeAttachment StorageClass
scheduling.k8s.io/v1: PriorityClass
admissionregistration.k8s.io/v1: ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
apiextensions.k8s.io/v1: CustomResourceDefinition
autoscaling/v1: Scale
authentication.k8s.io/v1: TokenRequest TokenReview SelfSubjectReview
authorization.k8s.io/v1: SelfSubjectAccessReview SubjectAccessReview LocalSubjectAccessReview SelfSubjectRulesReview
"""
# Not a resource of its own: the body of deletions in every group.
DELETE_OPTIONS = "meta.v1.DeleteOptions"
PREFIXES = ["io.k8s.api.", "io.k8s.apimachinery.pkg.apis.", "io.k8s.apiextensions-apiserver.pkg.apis.", "io.k8s.apimachinery.pkg."]
SCALARS = {
    "api.resource.Quantity": "quantity", "util.intstr.IntOrString": "intOrString",
    "meta.v1.Time": "time", "meta.v1.MicroTime": "microTime", "runtime.RawExtension": "any", "meta.v1.FieldsV1": "any",
    "apiextensions.v1.JSON": "any", "apiextensions.v1.JSONSchemaPropsOrBool": "any",
    "apiextensions.v1.JSONSchemaPropsOrArray": "any", "apiextensions.v1.JSONSchemaPropsOrStringArray": "any",
}


def short(name):
    for prefix in PREFIXES:
        if name.startswith(prefix):
            return name[len(prefix):]
    return name


def messages(directory):
    """The fields of each message: name -> (number, type)."""
    found = {}
    for path in pathlib.Path(directory).rglob("generated.proto"):
        text = path.read_text()
        package = re.search(r"^package (k8s\.io\.[\w.]+);", text, re.M)
        if not package:
            continue
        package = short("io.k8s." + package[1].removeprefix("k8s.io.").replace("apiextensions_apiserver", "apiextensions-apiserver"))
        for name, body in re.findall(r"^message (\w+) \{\n(.*?)^\}", text, re.M | re.S):
            fields = re.findall(r"^  (?:optional |repeated |required )?([\w.]+|map<[^>]+>) (\w+) = (\d+);", body, re.M)
            found.setdefault(f"{package}.{name}", {
                field: (number, type_ if "." in type_ else f"{package}.{type_}") for type_, field, number in fields})
    return found


def proto_name(type_):
    return short("io.k8s." + type_.lstrip(".").removeprefix("k8s.io.")) if type_.lstrip(".").startswith("k8s.io.") else type_


def number_of(field, name, protos, own):
    """`3`, or `2/3` where the field is inlined in JSON but a message of its own in protobuf."""
    fields = protos.get(name, {})
    for other, (number, _) in fields.items():
        if other.lower() == field.lower():
            return number
    for inlined, (number, type_) in fields.items():
        if inlined not in own and proto_name(type_) in protos and proto_name(type_) != name:
            if inner := number_of(field, proto_name(type_), protos, own):
                return f"{number}/{inner}"
    return None


def main():
    protos = messages(sys.argv[1])
    definitions = {short(n): s for n, s in json.load(sys.stdin)["definitions"].items()}
    roots = {}
    for name, schema in definitions.items():
        for gvk in schema.get("x-kubernetes-group-version-kind", []):
            roots.setdefault((f'{gvk["group"]}/{gvk["version"]}'.lstrip("/"), gvk["kind"]), name)
    wanted, gvks = [], {}
    for line in KINDS.strip().splitlines():
        version, kinds = line.split(": ")
        for kind in kinds.split():
            name = roots[(version, kind)]
            wanted.append(name)
            gvks[name] = f"{version} {kind}"
    wanted.append(DELETE_OPTIONS)
    seen = {}

    def type_of(schema):
        if "$ref" in schema:
            name = short(schema["$ref"].removeprefix("#/definitions/"))
            if name in SCALARS:
                return SCALARS[name]
            if name not in seen and name not in wanted:
                wanted.append(name)
            return name
        kind = schema.get("type", "any")
        if kind == "array":
            return f'[{type_of(schema["items"])}]'
        if kind == "object":
            return f'{{{type_of(schema["additionalProperties"])}}}' if "additionalProperties" in schema else "any"
        if schema.get("format") == "byte":
            return "bytes"
        return {"integer": "int", "boolean": "bool"}.get(kind, kind)

    for name in wanted:
        schema = definitions[name]
        head = name + (" atomic" if schema.get("x-kubernetes-map-type") == "atomic" else "")
        lines = [head + (f" = {gvks[name]}" if name in gvks else "")]
        for field, value in sorted(schema.get("properties", {}).items()):
            flags = []
            strategy = value.get("x-kubernetes-patch-strategy", "")
            if "merge" in strategy.split(","):
                flags.append("merge=" + value.get("x-kubernetes-patch-merge-key", ""))
            listed = value.get("x-kubernetes-list-type")
            if listed == "map":
                flags.append("map=" + ",".join(sorted(value["x-kubernetes-list-map-keys"])))
            elif listed == "set":
                flags.append("set")
            if value.get("x-kubernetes-map-type") == "atomic":
                flags.append("atomic")
            if field in schema.get("required", []):
                flags.append("required")
            if number := number_of(field, name, protos, schema["properties"]):
                flags.insert(0, f"#{number}")
            lines.append(" ".join(["", field, type_of(value), *flags]))
        seen[name] = lines
    print("# Kubernetes 1.36: the fields of the built-in kinds. Made by scripts/kubernetes-types.py.")
    for name in sorted(seen):
        print("\n".join(seen[name]))


main()
