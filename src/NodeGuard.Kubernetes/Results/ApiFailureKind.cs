namespace NodeGuard.Kubernetes.Results;

/// <summary>Why a call failed, as far as the answer to "what now?" differs.</summary>
public enum ApiFailureKind
{
    /// <summary>404: no such object, or no such resource.</summary>
    NotFound,

    /// <summary>409 AlreadyExists: a create met an object of that name.</summary>
    AlreadyExists,

    /// <summary>409 Conflict: a resourceVersion or a precondition did not hold; read again and decide again.</summary>
    Conflict,

    /// <summary>410: the resourceVersion or continue token is too old; list again.</summary>
    Gone,

    /// <summary>429 without the cause DisruptionBudget: the server is busy.</summary>
    Throttled,

    /// <summary>429 with the cause DisruptionBudget: a PodDisruptionBudget forbids this eviction.</summary>
    BlockedByBudget,

    /// <summary>500: more than one PodDisruptionBudget selects the pod; the server evicts no such pod.</summary>
    SeveralBudgets,

    /// <summary>An admission webhook said no, or could not be reached.</summary>
    WebhookDenied,

    /// <summary>403 with the cause NamespaceTerminating.</summary>
    NamespaceTerminating,

    /// <summary>403: the message names the RBAC rule that would allow it.</summary>
    Forbidden,

    /// <summary>401: the credentials were not accepted.</summary>
    Unauthorized,

    /// <summary>400, 415, 422: the request itself is wrong.</summary>
    Invalid,

    /// <summary>408, 504, or no answer within the client's time.</summary>
    Timeout,

    /// <summary>Any other answer of the server.</summary>
    ServerError,

    /// <summary>No connection: name, TCP, TLS, proxy.</summary>
    Unreachable,

    /// <summary>An answer that is not what the API promises: broken JSON, a cut body.</summary>
    Malformed,
}
