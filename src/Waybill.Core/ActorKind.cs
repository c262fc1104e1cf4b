namespace Waybill.Core;

/// <summary>Who acts.</summary>
public enum ActorKind
{
    /// <summary>Somebody at the provider's command line.</summary>
    Operator,

    /// <summary>A login over one of the protocols.</summary>
    Login,

    /// <summary>Somebody who is signed in to the portal, or tries to be.</summary>
    Person,

    /// <summary>A program that calls the REST API.</summary>
    Token,

    /// <summary>The program itself.</summary>
    System,
}
