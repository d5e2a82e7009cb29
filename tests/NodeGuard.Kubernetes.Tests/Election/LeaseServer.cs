using System.Globalization;
using System.Text.Json;
using NodeGuard.Kubernetes.Models;
using NodeGuard.Kubernetes.Results;
using NodeGuard.Kubernetes.Serialization;

namespace NodeGuard.Kubernetes.Tests.Election;

/// <summary>One Lease with the server's rules: a write on condition of a resourceVersion that is no more is a conflict.</summary>
internal sealed class LeaseServer
{
    private byte[]? _stored;
    private long _version = 100;

    /// <summary>Every state of the lease, in order.</summary>
    public List<Lease> History { get; } = [];

    public int Conflicts { get; private set; }

    public Lease? Stored => _stored is null ? null : JsonSerializer.Deserialize(_stored, KubeJsonContext.Default.Lease);

    public ApiResult<Lease> Get() => Stored is { } lease ? new ApiResult<Lease>.Ok(lease) : Failed(ApiFailureKind.NotFound);

    public ApiResult<Lease> Create(Lease lease) => _stored is null ? Store(lease) : Failed(ApiFailureKind.AlreadyExists);

    public ApiResult<Lease> Replace(Lease lease)
    {
        if (Stored is not { } stored)
            return Failed(ApiFailureKind.NotFound);
        if (lease.Metadata.ResourceVersion == stored.Metadata.ResourceVersion)
            return Store(lease);
        Conflicts++;
        return Failed(ApiFailureKind.Conflict);
    }

    public void Delete() => _stored = null;

    /// <summary>As somebody who labels the lease by hand.</summary>
    public void Touch()
    {
        Lease lease = Stored!;
        lease.Metadata.Labels = new() { ["touched"] = "yes" };
        Store(lease);
    }

    public static ApiResult<Lease> Failed(ApiFailureKind kind) =>
        new ApiResult<Lease>.Failed(new(kind, 0, "", $"the lease server answers {kind}", null, []));

    private ApiResult<Lease> Store(Lease lease)
    {
        Lease copy = JsonSerializer.Deserialize(
            JsonSerializer.SerializeToUtf8Bytes(lease, KubeJsonContext.Default.Lease), KubeJsonContext.Default.Lease)!;
        copy.Metadata.ResourceVersion = (++_version).ToString(CultureInfo.InvariantCulture);
        _stored = JsonSerializer.SerializeToUtf8Bytes(copy, KubeJsonContext.Default.Lease);
        History.Add(copy);
        return Get();
    }
}
