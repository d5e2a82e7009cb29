namespace NodeGuard.Kubernetes.Results;

/// <summary>What the API server answered: a value, or why there is none.</summary>
public abstract record ApiResult<T>
{
    private ApiResult()
    {
    }

    public sealed record Ok(T Value) : ApiResult<T>;

    public sealed record Failed(ApiFailure Failure) : ApiResult<T>;
}
