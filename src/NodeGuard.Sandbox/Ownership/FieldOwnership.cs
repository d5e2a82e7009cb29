using System.Text.Json.Nodes;
using NodeGuard.Sandbox.Api;
using NodeGuard.Sandbox.Json;
using NodeGuard.Sandbox.Schemas;

namespace NodeGuard.Sandbox.Ownership;

/// <summary>Who owns which field after a plain write.</summary>
internal static class FieldOwnership
{
    /// <summary>What a plain write changed is the writer's, and nobody else's; an apply has noted its owners already.</summary>
    public static void Track(ApiRequest request, JsonObject value, JsonObject? old, DateTimeOffset now)
    {
        if (request.IsApply)
            return;
        FieldType type = BuiltInTypes.Of(request.Resource);
        string subresource = request.Subresource;
        if (old is null)
        {
            FieldSet all = FieldSets.Of(value, type, containers: true);
            if (request.Resource.HasStatus)
                all.Remove("f:status");
            ManagedFields.Set(value, [Writer(request, subresource, all, now)]);
            return;
        }

        if (value["metadata"]!["managedFields"] is not JsonArray { Count: > 0 })
            value["metadata"]!.AsObject().CopyFrom(old["metadata"]!.AsObject(), "managedFields");
        (FieldSet changed, FieldSet removed) = FieldSets.Compare(old, value, type);
        if (changed.IsEmpty && removed.IsEmpty)
            return;
        Owner writer = Writer(request, subresource, changed, now);
        List<Owner> before = ManagedFields.Of(value);
        if (before is [var only] && only.IsSameAs(writer) && removed.IsEmpty && changed.Without(only.Fields).IsEmpty)
        {
            // The most usual write by far: its owner changes what nobody else owns.
            value["metadata"]!["managedFields"]![0]!["time"] = writer.Time;
            return;
        }

        var gone = new FieldSet();
        gone.Add(changed);
        gone.Add(removed);
        var owners = new List<Owner>();
        foreach (Owner owner in before)
        {
            if (owner.IsSameAs(writer))
                changed.Add(owner.Fields.Without(removed));
            else
                owners.Add(owner with { Fields = owner.Fields.Without(gone) });
        }

        ManagedFields.Set(value, [.. owners, writer]);
    }

    private static Owner Writer(ApiRequest request, string subresource, FieldSet fields, DateTimeOffset now) =>
        new(request.FieldManager, Owner.Update, request.Resource.ApiVersion, subresource)
        {
            Time = now.ToKubernetesTime(),
            Fields = fields,
        };
}
