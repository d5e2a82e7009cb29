using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;

namespace NodeGuard.Sandbox.Crds;

/// <summary>Defaults and validation of one version of a custom resource by its schema.</summary>
internal sealed class CustomResourceStrategy(JsonObject schema, bool terminating) : ResourceStrategy
{
    /// <summary>Its definition is being deleted: nothing new is created.</summary>
    public bool Terminating => terminating;

    public override void SetDefaults(ApiRequest request, JsonObject value) => SchemaDefaults.Apply(value, schema);

    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old) =>
        SchemaValidation.Validate("", value, schema, old);
}
