using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Resources;

/// <summary>Services: a cluster address is given and kept; nothing routes to it.</summary>
internal sealed class ServiceStrategy : PlainStrategy
{
    public static IReadOnlyList<PrinterColumn> Columns { get; } =
    [
        Resources.Columns.Name, Resources.Columns.Text("Type", static o => o.Text("spec", "type")),
        Resources.Columns.Text("Cluster-IP", static o => Resources.Columns.OrNone(o.Text("spec", "clusterIP"))),
        Resources.Columns.Text("External-IP", static o => o.Text("spec", "type") == "ExternalName" ? o.Text("spec", "externalName")
            : o.Text("spec", "type") == "LoadBalancer" ? "<pending>" : "<none>"),
        Resources.Columns.Text("Port(s)", static o => Resources.Columns.OrNone(string.Join(',', o.Items("spec", "ports").Select(Port)))),
        Resources.Columns.Age, Resources.Columns.Wide("Selector", static o => Resources.Columns.Labels(o.At("spec", "selector"))),
    ];

    public override bool ReturnsDeletedObject => true;

    public override string? NameError(string name) => Names.LabelError(name);

    public override void SetDefaults(ApiRequest request, JsonObject value)
    {
        JsonObject spec = value.Ensure("spec");
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        spec.Default("internalTrafficPolicy", "Cluster");
        foreach (JsonNode? port in spec.Items("ports"))
        {
            if (port is not JsonObject fields)
                continue;
            fields.Default("protocol", "TCP");
            fields.Default("targetPort", fields["port"]?.DeepClone() ?? 0);
        }
    }

    public override void PrepareForCreate(ApiRequest request, JsonObject value)
    {
        JsonObject spec = value.Ensure("spec");
        value["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() };
        if (spec.Text("type") == "ExternalName")
            return;
        if (string.IsNullOrEmpty(spec.Text("clusterIP")))
            spec["clusterIP"] = string.Create(CultureInfo.InvariantCulture, $"10.96.{RandomNumberGenerator.GetInt32(1, 255)}.{RandomNumberGenerator.GetInt32(1, 255)}");
        spec.Default("clusterIPs", new JsonArray(spec.Text("clusterIP")));
        spec.Default("ipFamilies", new JsonArray("IPv4"));
        spec.Default("ipFamilyPolicy", "SingleStack");
    }

    public override void PrepareForUpdate(ApiRequest request, JsonObject value, JsonObject old)
    {
        base.PrepareForUpdate(request, value, old);
        foreach (string field in (string[])["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
        {
            if (old.At("spec", field) is { } kept && string.IsNullOrEmpty(value.Text("spec", field)) && value.At("spec", field) is not JsonArray)
                value["spec"]![field] = kept.DeepClone();
        }
    }

    public override IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old)
    {
        if (old?.Text("spec", "clusterIP") is { Length: > 0 } kept && value.Text("spec", "clusterIP") != kept && value.Text("spec", "type") != "ExternalName")
            yield return FieldError.Invalid("spec.clusterIPs[0]", value.At("spec", "clusterIP"), "may not change once set");
        if (value.Text("spec", "type") != "ExternalName" && !value.Items("spec", "ports").Any() && value.Text("spec", "clusterIP") != "None")
            yield return FieldError.Required("spec.ports");
    }

    private static string Port(JsonNode? port) => port.Number("nodePort") is { } outside
        ? string.Create(CultureInfo.InvariantCulture, $"{port.Number("port")}:{outside}/{port.Text("protocol")}")
        : string.Create(CultureInfo.InvariantCulture, $"{port.Number("port")}/{port.Text("protocol")}");
}
