using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Json;

namespace NodeGuard.Sandbox.Api;

/// <summary>What a resource adds to the common rules of writing.</summary>
public class ResourceStrategy
{
    public static readonly ResourceStrategy Default = new();

    /// <summary>A deletion that is over at once answers with the object instead of a Status.</summary>
    public virtual bool ReturnsDeletedObject => false;

    /// <summary>An update of a name that is absent creates it, as for leases.</summary>
    public virtual bool CreatesOnUpdate => false;

    /// <summary>Changes of these top-level fields do not count as a new generation.</summary>
    public virtual bool CountsGenerations => true;

    /// <summary>What the name must be: DNS-1123 subdomain by default. Null when it is fine.</summary>
    public virtual string? NameError(string name) => Names.SubdomainError(name);

    /// <summary>Fills in what the client left out.</summary>
    public virtual void SetDefaults(ApiRequest request, JsonObject value)
    {
    }

    public virtual void PrepareForCreate(ApiRequest request, JsonObject value)
    {
        if (request.Resource.HasStatus)
            value.Remove("status");
    }

    /// <summary>Takes from the old object what this request may not change.</summary>
    public virtual void PrepareForUpdate(ApiRequest request, JsonObject value, JsonObject old)
    {
        if (!request.Resource.HasStatus)
            return;
        if (request.Subresource != "status")
        {
            value.CopyFrom(old, "status");
            return;
        }

        JsonNode? status = value["status"]?.DeepClone();
        JsonNode? fields = value.At("metadata", "managedFields")?.DeepClone();
        foreach (string field in value.Select(p => p.Key).Union(old.Select(p => p.Key)).ToArray())
            value.CopyFrom(old, field);
        value["status"] = status;
        if (fields is not null)
            value["metadata"]!["managedFields"] = fields;
        if (status is null)
            value.Remove("status");
    }

    /// <param name="request">What is asked.</param>
    /// <param name="value">The object as it would be stored.</param>
    /// <param name="old">Null for a creation.</param>
    public virtual IEnumerable<FieldError> Validate(ApiRequest request, JsonObject value, JsonObject? old) => [];

    /// <summary>How long a deletion waits for someone to finish it; 0 deletes at once.</summary>
    public virtual long GracePeriodSeconds(JsonObject current, DeleteOptions options) => 0;

    /// <summary>Adds what this kind notes in an object that was asked to go.</summary>
    public virtual void PrepareForDelete(ApiRequest request, JsonObject marked)
    {
    }

    /// <summary>Deleted, and nothing holds it any more.</summary>
    public virtual bool IsFinished(JsonObject value) => ObjectMeta.IsFinished(value);
}
